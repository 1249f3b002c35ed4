"""What eyes do, from pupils and lids over time: open, half, closed, hidden; gaze and where it rests."""
