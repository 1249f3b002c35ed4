"""The handcrafted pupil detector: irises as rings of gradients, without a learned model."""
