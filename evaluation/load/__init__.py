"""A load test: many concurrent shoppers against the real app over HTTP."""
