"""The labeler in a browser, for machines without a window system; nothing leaves this computer."""
