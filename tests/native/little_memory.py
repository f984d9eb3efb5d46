"""Calls of the native core while there is little memory: ``little_memory.py``.

Each call is made with ever more bytes that may be allocated. It raises ``MemoryError``, or gives what it gives at
other times. Prints the names of the calls that lacked memory.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from importlib.resources import files
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

_PAGE: Final = resource.getpagesize()
_TEXT: Final = b" ".join(b"%d of %d, and so on" % (n * 37 % 101, n) for n in range(400))
_NOISE: Final = bytes(n * n * 7919 >> 3 & 0xFF for n in range(1 << 15))
_FILE: Final = files("aura").joinpath("data/small.aura").read_bytes()
_ENTRIES: Final = [(n, (2, 0), (b"Order %d of " % n, b" was packed by ", b"."), b"\0\1") for n in range(300)]
_ORDER: Final = b"Order 7 of 12 was packed by " + _TEXT + b"."
_VALUES: Final = (b"12", _TEXT)
_MANY: Final = [_TEXT, *[_NOISE[:900]] * 40]
_LIMIT: Final = 1 << 20


def load() -> ModuleType:
    """The module anew, with no memory that an earlier call left to it."""
    spec = find_spec("aura_native")
    if spec is None or spec.loader is None:
        raise ImportError("there is no native core")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Calls:
    """What is called: methods without arguments.

    Args:
        native: the module.
        written: the wires that are read, as another module wrote them, by the name of the call.
    """

    def __init__(self, native: Any, written: dict[str, bytes]) -> None:
        self._native, self._written = native, written
        self._model = native.read_model(_FILE)
        self._layer = native.TemplateLayer(_ENTRIES)
        self._library = native.TemplateLibrary((self._layer,), (native.index_windows(self._layer),))
        frames = 1 << 6 | 1 << 8 | 1 << 9
        self._chooser = self._model.chooser(1 << 20, 1 << 14, 8, 0, 256, frames, False, 1 << 20, 5, 1 << 14)
        self._stream = self._model.stream(1, 1 << 15, 8, False)

    def read_model(self) -> object:
        return self._native.read_model(_FILE).memory

    def make_layer(self) -> object:
        return self._native.TemplateLayer(_ENTRIES).memory

    def index_windows(self) -> object:
        return self._native.index_windows(self._layer).memory

    def match(self) -> object:
        return self._library.match(_ORDER)

    def nearest(self) -> object:
        return self._library.nearest(_ORDER + b"!")

    def encode_typed(self) -> object:
        return self._library.encode_typed(7, _VALUES)

    def encode_modelled(self) -> object:
        return self._library.encode_modelled(7, _VALUES, self._model)

    def encode_fuzzy(self) -> object:
        return self._library.encode_fuzzy(_ORDER + b"!", 7, self._model)

    def decode_typed(self) -> object:
        return self._library.decode_frame(self._written["encode_typed"], _LIMIT, self._model)

    def decode_modelled(self) -> object:
        return self._library.decode_frame(self._written["encode_modelled"], _LIMIT, self._model)

    def choose(self) -> object:
        return self._chooser.choose(_ORDER, self._library)

    def choose_batch(self) -> object:
        return self._chooser.choose_batch([_ORDER, *_MANY], self._library)

    def encode_auralite(self) -> object:
        return self._model.encode_auralite(_TEXT)

    def encode_auralite_batch(self) -> object:
        return self._model.encode_auralite_batch(_MANY)

    def encode_adaptive(self) -> object:
        return self._model.encode_adaptive(_TEXT)

    def decode_auralite(self) -> object:
        return self._model.decode_auralite(self._written["encode_auralite"], _LIMIT)

    def decode_compact_batch(self) -> object:
        wires = [self._written[name] for name in ("encode_auralite", "encode_adaptive")]
        return self._model.decode_compact_batch(wires * 9, _LIMIT)

    def make_stream(self) -> object:
        return self._model.stream(1, 1 << 16, 8, False).is_lost

    def encode_string(self) -> object:
        return self._stream.copy().encode(_TEXT, False, None, 1 << 16)

    def encode_smaller(self) -> object:
        return self._stream.copy().encode(_NOISE, False, bytes, 1 << 16)

    def decode_string(self) -> object:
        return self._stream.copy().decode(self._written["encode_string"], _LIMIT, bytes, True)

    def encode_brio(self) -> object:
        return self._native.encode_brio(_NOISE, {})

    def decode_brio(self) -> object:
        return self._library.decode_brio(self._written["encode_brio"], _LIMIT, {})

    def encode_brio2(self) -> object:
        return self._native.encode_brio2(_TEXT, 1)

    def decode_brio2(self) -> object:
        return self._native.decode_brio2(self._written["encode_brio2"], _LIMIT, b"")

    def decode_brio2_behind_a_window(self) -> object:
        return self._native.decode_brio2(self._written["encode_brio2"], _LIMIT, _NOISE)

    def encode_block(self) -> object:
        return self._native.block_encoder(1, 18).encode(_TEXT, True)


def calls() -> list[Callable[[Calls], object]]:
    """All of them, in the order in which they stand above."""
    return [method for name, method in vars(Calls).items() if not name.startswith("_")]


def lacks_memory(name: str, expected: object, written: dict[str, bytes]) -> bool:
    """Whether a call lacked memory at least once.

    Raises:
        AssertionError: it gave something else than it should.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    lacked = False
    for extra in (0, *(1 << bits for bits in range(14, 27, 2))):
        call = getattr(Calls(load(), written), name)
        held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * _PAGE
        resource.setrlimit(resource.RLIMIT_AS, (held + extra, hard))
        try:
            result = call()
        except MemoryError:
            lacked = True
            continue
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        if result != expected:
            raise AssertionError(f"{name} with {extra} bytes")
    return lacked


def main() -> None:
    """Make all calls."""
    written: dict[str, Any] = {}
    whole = Calls(load(), written)
    for call in calls():
        written[call.__name__] = call(whole)
    for name, expected in written.items():
        if lacks_memory(name, expected, written):
            sys.stdout.write(name + "\n")


if __name__ == "__main__":
    main()
