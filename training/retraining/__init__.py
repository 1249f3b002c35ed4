"""Labels in, a judged model out: one round after the other, each with its record."""
