"""Training, export and evaluation of the pupil detectors."""
