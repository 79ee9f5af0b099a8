"""Folders of labelled photos: who may see which photo, and what is known of each one."""
