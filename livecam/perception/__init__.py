"""Perception: detectors of faces, pupils and targets, tracking and smoothing."""
