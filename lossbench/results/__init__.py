"""The result of an experiment: its figures, its files, and what its weights predict."""
