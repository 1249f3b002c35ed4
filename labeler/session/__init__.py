"""Labeling sessions: judging predictions and placing pupils, the same in a window and in a browser."""
