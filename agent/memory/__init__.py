"""Session memory: one SQLite file and a folder of uploaded pictures beside it."""
