"""What results say: comparisons, sweeps, published claims, findings."""
