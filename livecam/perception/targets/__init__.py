"""Target detection: finds a tiny target in a huge image, such as Waldo on a page."""
