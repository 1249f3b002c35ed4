"""The command line `livecam-train`."""
