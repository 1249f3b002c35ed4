"""Turns labels into calibrated finders; the only home of training code."""
