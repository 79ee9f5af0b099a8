"""Measurement of an encoder with trained slices, on photos not used to fit or choose anything."""
