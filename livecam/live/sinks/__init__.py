"""Where finished pictures go: a window, a file, a virtual camera, nowhere."""
