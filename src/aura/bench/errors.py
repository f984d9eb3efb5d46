"""What can stop a benchmark beside bad files: bad settings, nothing to measure.

A codec that fails on a message does not stop anything; ``aura.bench.measure`` counts it.
"""

__all__ = ["BenchError", "CodecCrashError", "DictionaryError", "SettingError"]


class BenchError(Exception):
    """The benchmark cannot go on; the text is meant for the person who started it."""


class DictionaryError(BenchError):
    """No dictionary can be built from the training messages."""


class SettingError(BenchError):
    """An option has a value that no codec can take."""


class CodecCrashError(BenchError):
    """The process that measured a codec died."""
