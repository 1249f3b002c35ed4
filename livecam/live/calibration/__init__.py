"""A calibration of nine looks: dots on the screen, who looks at them, and what is gathered."""
