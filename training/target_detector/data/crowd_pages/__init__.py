"""Synthetic crowd pages with exact masks of the one to be found."""
