"""Export and import of labels: pictures found, faces matched, people told apart, in the formats of other tools."""
