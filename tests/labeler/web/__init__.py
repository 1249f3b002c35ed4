"""Tests of the labeler in a browser."""
