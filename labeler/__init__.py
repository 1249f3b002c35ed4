"""The labeler: people judge and correct what detectors predicted, in a window or a browser."""
