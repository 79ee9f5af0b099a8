"""Composed retrieval: a picture and a change in words, for every composer under one protocol."""
