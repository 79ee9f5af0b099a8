"""Recorded conversations, replayed through the real graph."""
