"""Models: what both ends hold before the first message, how it is described, and how it is trained."""
