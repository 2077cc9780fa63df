"""What there is to choose from: losses, metrics, optimizers."""
