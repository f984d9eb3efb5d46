"""Explanations: where the bits of a message went, as data and as a page."""
