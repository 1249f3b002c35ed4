"""Labels for the samples of a store: judging guesses and placing pupils, in a window or a browser."""
