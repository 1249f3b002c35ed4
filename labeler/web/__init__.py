"""The labeler in a browser of this computer, for machines without a window system."""
