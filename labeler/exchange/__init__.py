"""Export and import of labels, in the formats of other tools."""
