"""Latency benchmarks: turns, stages, starts, searches and embedding at any catalogue size."""
