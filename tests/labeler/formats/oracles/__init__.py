"""What other tools make of our exports, by their own readers: `make test-formats`."""
