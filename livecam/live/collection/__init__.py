"""Which scenes become samples of the labeling queue, and how they get there without slowing the picture."""
