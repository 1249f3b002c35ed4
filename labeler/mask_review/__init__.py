"""Mask review: people judge predicted masks over images, without a store."""
