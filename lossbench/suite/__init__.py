"""Experiments that run together: what is missing is trained, and every result is written."""

from pathlib import Path

RESULTS = Path("results")  # the folder of results, if no other one is given
CHOSEN = "chosen.yaml"  # in the folder of a choice: the config that trains it on all rows
