"""The guard: attributes from pictures, and explicit noes with and without it."""
