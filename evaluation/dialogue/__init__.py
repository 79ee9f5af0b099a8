"""Simulated shoppers: how many turns it takes to show the wanted item."""
