"""Drafts of garments: a design -> its pattern pieces, back to front."""
