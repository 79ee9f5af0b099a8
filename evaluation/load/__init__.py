"""Many shoppers at once against the real app over HTTP."""
