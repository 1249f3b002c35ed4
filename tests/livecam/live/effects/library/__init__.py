"""Tests of the library of effects."""
