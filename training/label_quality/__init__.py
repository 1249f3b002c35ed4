"""Label quality: a classifier of good and bad labels, and its activation maps."""
