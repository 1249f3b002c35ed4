"""A webcam effect that draws flustered eyes, driven by where the eyes really look."""
