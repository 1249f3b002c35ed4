"""Accuracy on clips whose truth is known, frame by frame: faces, pupils, blinks, gaze."""
