"""The update of a wish: applies what a turn said to the current wish."""
