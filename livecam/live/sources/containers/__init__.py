"""Video files and streams as PyAV gives them: what it does not tell of containers, decoding into shape, and times."""
