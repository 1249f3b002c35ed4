"""Synthetic eyes and faces with exact labels."""
