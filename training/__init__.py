"""Everything that fits weights or thresholds."""
