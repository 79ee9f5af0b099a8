"""The life of a wish: what a turn said becomes the wish in force."""
