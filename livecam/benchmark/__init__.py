"""The benchmark `livecam bench`: speed of every path, where the time goes, and MediaPipe on the same frames."""
