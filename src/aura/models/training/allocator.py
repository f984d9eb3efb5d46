"""Giving freed memory back to the system.

The allocator of glibc keeps what threads freed, for the next time. After counting there is no next time of that
size, and what is kept would be on top of all that comes later.
"""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """Return freed memory, where the C library can."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, or none that is linked dynamically
        return
    trim(0)
