"""Pictures of results and of losses; the only package that imports matplotlib."""
