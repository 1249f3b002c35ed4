"""Tests of the loop that learns from labels."""
