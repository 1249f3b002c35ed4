"""The experiment that shows what active learning earns."""
