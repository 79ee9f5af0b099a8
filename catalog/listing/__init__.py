"""Reading of listings: words become claims, claims become statements with a confidence."""
