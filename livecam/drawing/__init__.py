"""Image drawing: warping, compositing of sprites, eyelids, moving irises, and text."""
