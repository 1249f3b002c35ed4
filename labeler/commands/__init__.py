"""The commands of `livecam-label` that have a file of their own, and the flags they share."""
