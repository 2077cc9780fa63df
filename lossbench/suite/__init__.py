"""Experiments that run together: what is missing is trained, and every result is written."""

CHOSEN = "chosen.yaml"  # in the folder of a choice: the config that trains it on all rows
