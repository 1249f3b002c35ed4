"""Active learning: which samples of the store to label next."""
