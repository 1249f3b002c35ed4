"""The network pupil detector: an exported TFLite model with its card."""
