"""What is sold, and the words for it."""
