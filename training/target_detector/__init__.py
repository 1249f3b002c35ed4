"""Training, export and evaluation of the detector of tiny targets in huge pictures."""
