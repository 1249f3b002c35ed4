"""Sources, where frames come from: cameras, videos, images, the demo."""
