"""One experiment or many: what is missing is trained, and each result is written."""
