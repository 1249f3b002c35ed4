"""Boxes around targets on pictures: the table boxes.csv and the formats of other tools."""
