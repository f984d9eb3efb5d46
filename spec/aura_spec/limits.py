"""Limits that a decoder checks before it allocates (rules LIM-1 to LIM-7)."""

from __future__ import annotations

from typing import Final

DEFAULT_MAX_SIZE: Final = 1 << 26
"""LIM-1: the decoded size a decoder accepts unless its caller says otherwise, in bytes (64 MiB)."""

MAX_WINDOW: Final = 1 << 23
"""LIM-2: the largest Zstandard window a decoder accepts, in bytes (8 MiB)."""

MAX_PATTERN: Final = 4096
"""LIM-3: the longest template pattern, in UTF-8 bytes."""

MAX_SLOTS: Final = 255
"""LIM-4: the most slots a template may have; one that appears twice counts once."""

MAX_TEMPLATE_ID: Final = (1 << 32) - 1
"""LIM-5: the largest template id."""

MAX_MODELLED: Final = 1 << 20
"""LIM-6: the longest message that AURALITE codes, in bytes. Well-predicted bytes cost so little that a short string
could keep a decoder busy for long."""

MAX_ADAPTIVE: Final = 1 << 16
"""LIM-7: the longest adaptive message, and the longest message in a fuzzy frame, in bytes. Both take several times
as long to code as AURALITE."""
