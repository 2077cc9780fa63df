"""Looks at data, and writes a config for each loss that suits."""
