"""The sample store: pictures as files, everything else in a database, nothing a person said ever lost."""
