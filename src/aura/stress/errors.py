"""The error of stress tests."""

from aura.errors import AuraError


class StressError(AuraError, ValueError):
    """A stress test cannot begin or go on; the text is for the person who started it."""
