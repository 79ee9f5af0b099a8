"""Benchmarks of the rankers: leave-one-out ablation, and fitted against equal weights."""
