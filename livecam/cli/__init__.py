"""The commands of `livecam`, apart from `bench`."""
