"""The labeler in a window: page drawing, keyboard and mouse."""
