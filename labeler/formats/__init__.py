"""One file for each format that labels are exchanged in."""
