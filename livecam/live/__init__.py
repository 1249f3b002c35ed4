"""The live run: sources, effects, sinks, sample collection, the window's interface, and the loop that joins them."""
