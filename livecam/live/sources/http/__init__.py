"""Sources over http: what an answer holds, MJPEG streams and snapshots."""
