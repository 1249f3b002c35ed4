"""Effects: flustered eyes in several styles, and the spotlight."""
