"""Finders of faces and their 68 landmarks, one heavy library a file."""
