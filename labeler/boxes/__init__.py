"""Boxes around targets on huge pictures, drawn and corrected in a browser."""
