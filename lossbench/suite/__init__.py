"""Experiments that run together: what is missing is trained, and every result is written."""

from pathlib import Path

RESULTS = Path("results")  # the folder of results, if no other one is given
