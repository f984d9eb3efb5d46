"""The error of corpora."""

from aura.errors import AuraError


class CorpusError(AuraError, ValueError):
    """A corpus holds something else than messages; the text names the file, and the line or the byte."""
