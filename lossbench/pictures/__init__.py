"""Pictures of results; the only package that imports matplotlib."""
