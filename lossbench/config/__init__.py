"""From YAML to an Experiment, and every complaint on the way."""
