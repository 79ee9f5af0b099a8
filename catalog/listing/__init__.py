"""Read a listing: its words become claims, claims become statements with the trust they earn."""
