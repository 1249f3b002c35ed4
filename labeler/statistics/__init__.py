"""Label statistics: agreement between people, accuracy of predictions, counts."""
