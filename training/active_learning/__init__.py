"""Which samples of the store are worth a person's time."""
