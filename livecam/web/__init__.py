"""Serving browsers: who may come in, what may be posted, listening; and the panel of a run."""
