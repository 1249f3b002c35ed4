"""The panel of a run: its page, its control interface over HTTP and WebSocket, and a client of that."""
