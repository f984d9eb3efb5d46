"""Constants of the matches in a BRIO version 1 token stream.

A match copies ``length`` bytes that start ``distance`` bytes before the end of the output so far, one
after the other, so that a match may overlap what it produces (rule LZ-1). Lengths are 4 to 255, distances
1 to 32,768 and never beyond the start of the output (rule LZ-2); else the stream is ``Malformed``.
"""

from __future__ import annotations

from typing import Final

MIN_LENGTH: Final = 4
MAX_LENGTH: Final = 255
WINDOW: Final = 1 << 15
