"""Whole programs on one live stream: what livecam and MediaPipe cost, and how old a picture is when it is shown."""
