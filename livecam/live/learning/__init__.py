"""Training rounds beside a run: when one starts, the process it is, and what the window tells of it."""
