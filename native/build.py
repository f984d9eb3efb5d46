"""Builds the Python module ``aura_native`` with the C compiler of this Python, or the one that ``CC`` names.

``python native/build.py FOLDER`` writes it into a folder. The build hook of the package does the same.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parent
NAME: Final = "aura_native"

HAS_ABI3: Final = not sysconfig.get_config_var("Py_GIL_DISABLED")
"""Whether one module serves all later versions: builds without a global lock have no limited API."""

_LIMITED_API: Final = "-DPy_LIMITED_API=0x030b0000"  # 3.11
_FLAGS: Final = (
    "-std=c11",
    "-O3",
    "-fPIC",
    "-fvisibility=hidden",
    "-ffp-contract=off",  # sums and products are rounded as numpy does
    "-fno-math-errno",  # a root is one instruction
    "-Wall",
    "-Wextra",
    "-Wno-cast-function-type",
)

_LINKING: Final = {"-shared", "-bundle", "-undefined", "dynamic_lookup"}
"""The options of the linker that make a module, on Linux and on macOS."""


class BuildError(Exception):
    """There is no C compiler, or it fails."""


def sources() -> list[Path]:
    """All C sources, those of the core before those of the binding."""
    return [source for folder in (SOURCES, SOURCES / "python") for source in sorted(folder.glob("*.c"))]


def digest() -> str:
    """What tells one state of the sources from another: sixteen hexadecimal digits."""
    state = hashlib.sha256()
    for source in sorted((*SOURCES.glob("*.[ch]"), *SOURCES.glob("python/*.[ch]"))):
        state.update(source.name.encode() + source.read_bytes())
    return state.hexdigest()[:16]


def file_name() -> str:
    """The name of the module's file."""
    suffix = ".abi3.so" if HAS_ABI3 else sysconfig.get_config_var("EXT_SUFFIX")
    return NAME + suffix


def command(target: Path, extra: tuple[str, ...] = (), inputs: Iterable[Path] | None = None) -> list[str]:
    """What compiles and links the module into a file.

    Args:
        target: the file.
        extra: further options of the compiler.
        inputs: sources or objects; all sources if None.

    Raises:
        BuildError: this Python does not name a compiler.
    """
    compiler = os.environ.get("CC", "") or sysconfig.get_config_var("CC")
    linker = sysconfig.get_config_var("LDSHARED")
    if not compiler or not linker:
        raise BuildError("this Python names no C compiler")
    shared = [option for option in shlex.split(linker)[1:] if option in _LINKING]
    return [
        *shlex.split(compiler),
        *_FLAGS,
        *([_LIMITED_API] if HAS_ABI3 else []),
        f'-DAURA_SOURCES="{digest()}"',
        *extra,
        *shared,
        f"-I{sysconfig.get_path('include')}",
        *map(str, sources() if inputs is None else inputs),
        "-o",
        str(target),
    ]


def build(folder: Path) -> Path:
    """Build the module into a folder, and give its path.

    Raises:
        BuildError: there is no compiler, or it fails; with what it says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file_name()
    run(command(target))
    return target


def run(words: Sequence[str]) -> str:
    """Run a compiler or what belongs to one, and give what it prints.

    Raises:
        BuildError: it is not there, or it fails; with what it says.
    """
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BuildError(f"{words[0]} cannot be run: {error}") from None
    if done.returncode:
        raise BuildError(f"{words[0]} fails:\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    try:
        print(build(Path(sys.argv[1])))
    except BuildError as error:
        sys.exit(f"{error}")
