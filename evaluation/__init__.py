"""Metrics, protocols, benchmarks and the report."""
