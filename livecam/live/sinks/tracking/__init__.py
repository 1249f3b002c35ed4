"""Sinks of tracking data: what is known of the faces of each frame, as lines of JSON and as OSC messages."""
