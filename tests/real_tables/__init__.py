"""Real tables that packages on PyPI ship, and what is true of each of them."""
