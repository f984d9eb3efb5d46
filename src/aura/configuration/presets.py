"""Presets: settings for a purpose, as one name.

A preset is what holds where neither a flag nor the environment nor the file says anything else.

``safe``      finds damage and other models in every message, takes little memory, and lets no audit record get lost
``balanced``  the settings that :class:`aura.Codec` and sessions have of themselves
``smallest``  the fewest bytes, at several times the processor time
``fastest``   the least processor time, at more bytes
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from aura_spec.limits import MAX_ADAPTIVE
from aura_spec.stream import MAX_MEMORY

USUAL: Final = "balanced"
"""The preset that holds if none is named."""

PRESETS: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType(
    {
        "safe": MappingProxyType(
            {
                "check": True,
                "streams.memory": 0,
                "streams.check": 16,
                "streams.tag": True,
                "streams.serve_models": False,
                "limits.max_size": 1 << 20,
                "limits.max_message": 1 << 18,
                "audit.fsync": "always",
            }
        ),
        "balanced": MappingProxyType({}),
        "smallest": MappingProxyType(
            {
                "level": 3,
                "streams.memory": MAX_MEMORY,
                "limits.max_modelled": MAX_ADAPTIVE,
                "cache.size": 1024,
                "cache.matches": 1024,
            }
        ),
        "fastest": MappingProxyType(
            {
                "level": 1,
                "streams.memory": 0,
                "limits.max_modelled": 1024,
                "cache.size": 8192,
                "cache.matches": 8192,
            }
        ),
    }
)
"""The settings of each preset, by dotted key."""
