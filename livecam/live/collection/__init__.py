"""Sample collection: which scenes are kept for labelling, and how they are stored without slowing the loop."""
