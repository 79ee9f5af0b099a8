"""The rankers: leave-one-out, fitted weights against equal ones."""
