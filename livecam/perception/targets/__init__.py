"""Finds a tiny target in a huge picture."""
