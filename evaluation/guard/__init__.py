"""Benchmarks of the guard: attributes from pictures, and "no" wishes with and without it."""
