"""The words that a labeler shows, in English and Korean: one catalogue for the browser, the window and the server."""
