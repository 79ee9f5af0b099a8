"""Many shoppers at once: worker processes behind one fair queue."""
