"""Lets a person judge and correct what the finders guessed."""
