"""Simulation of active learning: what each strategy saves in labels."""
