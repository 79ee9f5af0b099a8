"""Training of the learned composers on queries mined from a catalogue's own attributes."""
