"""Tiny targets in huge pictures: from pages with boxes to a network that `livecam find` runs."""
