"""Feeds the program what nobody meant to give it, and looks whether it stays polite: `make fuzz`."""
