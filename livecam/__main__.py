"""Lets `python -m livecam` do what the `livecam` script does."""

from livecam.cli import main

main()
