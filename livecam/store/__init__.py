"""The sample store: images as files, everything else in a database, and no label ever lost."""
