"""Crowd pages of our own, drawn, with the exact pixels of the one to be found."""
