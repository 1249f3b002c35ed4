"""Tests of what judges labels."""
