"""Sinks, where finished frames go: a window, a video file, a virtual camera, nowhere."""
