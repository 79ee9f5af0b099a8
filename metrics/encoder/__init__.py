"""What an encoder with trained slices knows, on photos that no fitting and no choosing has seen."""
