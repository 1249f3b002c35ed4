"""Simulation of rounds: what labels earn for one person with one camera."""
