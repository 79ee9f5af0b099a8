"""Benchmarks of reading typed phrases and moods."""
