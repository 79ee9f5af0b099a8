"""Simulated shoppers: within how many turns is the wanted item shown?"""
