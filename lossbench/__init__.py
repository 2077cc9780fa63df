"""Which loss function, and how much does it matter? Experiments described in YAML."""

__version__ = "1.0.0"
