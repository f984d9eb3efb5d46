"""Constants of the matches in a BRIO version 1 token stream.

LZ-1: A match copies ``length`` bytes that start ``distance`` bytes before the end of the output so far. It copies
one byte after the other, so that a match may overlap the bytes that it makes, as in DEFLATE (RFC 1951).

LZ-2: Lengths are 4 to 255. Distances are 1 to 32,768 and never reach beyond the start of the output. Any other
match is ``Malformed``.
"""

from __future__ import annotations

from typing import Final

MIN_LENGTH: Final = 4
MAX_LENGTH: Final = 255
WINDOW: Final = 1 << 15
