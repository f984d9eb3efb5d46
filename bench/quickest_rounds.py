"""What a message takes through ``Codec``, in the quickest of some rounds: python bench/quickest_rounds.py MESSAGES.

MESSAGES is a file as for ``aura bench``. ``npm run bench`` in ``js`` measures in the same way, so that the figures
compare: the same messages, each with a call of its own, in microseconds of processor time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Final

from timing import seconds

from aura import Codec
from aura.files import corpus

MESSAGES: Final = 1000
ROUNDS: Final = 3
"""Of several quickest rounds the quickest."""


def microseconds(call: Callable[[bytes], object], items: Sequence[bytes]) -> float:
    """Microseconds of a call, the mean over the items in the quickest round."""

    def each() -> None:
        for item in items:
            call(item)

    return 1e6 * min(seconds(each) for _ in range(ROUNDS)) / len(items)


def main() -> None:
    """Measure and print."""
    data = [message.data for message in corpus.read(sys.argv[1])][:MESSAGES]
    codec = Codec()
    wires = [codec.compress(message) for message in data]
    written, read = microseconds(codec.compress, data), microseconds(codec.decompress, wires)
    print(f"backend {codec.backend}: a message is written in {written:.1f} us, and read in {read:.1f} us")


if __name__ == "__main__":
    main()
