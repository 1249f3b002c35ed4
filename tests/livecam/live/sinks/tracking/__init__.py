"""Tests of the sinks of tracking data."""
