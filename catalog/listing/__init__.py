"""Interpretation of listings: words become claims, then statements with a confidence."""
