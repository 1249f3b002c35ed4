"""Pupil detectors, which work on the eye crops of a face."""
