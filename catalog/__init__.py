"""The catalogue: the items for sale and what their listings say."""
