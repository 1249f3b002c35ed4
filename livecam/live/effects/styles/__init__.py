"""The styles of flustered eyes, and the accessories that go with them."""
