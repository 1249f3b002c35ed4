"""Finders of pupils in the cut-out eyes of a face."""
