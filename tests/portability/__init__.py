"""Where livecam can be installed, and what it may not assume there."""
