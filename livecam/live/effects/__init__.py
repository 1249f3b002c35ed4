"""Everything that draws on a Scene."""
