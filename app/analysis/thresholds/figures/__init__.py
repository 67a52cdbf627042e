"""The figures of thresholds."""
