"""Retraining rounds: labels in, a compared model out."""
