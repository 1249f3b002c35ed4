"""Training of the pupil and target detectors, active learning, label quality, retraining; nobody imports it."""
