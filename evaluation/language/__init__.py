"""How well typed phrases and moods are read."""
