"""Face detectors with 68 landmarks, one heavy library a file, and one tracker for all of them."""
