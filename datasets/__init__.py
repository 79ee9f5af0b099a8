"""Labelled photos: their labels, and which of them may train, choose or report."""
