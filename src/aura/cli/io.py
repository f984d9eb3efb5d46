"""Input and output of the commands: files, or the standard streams for ``-``."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from glob import glob, has_magic
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from aura import arguments
from aura.files import atomic_write
from aura.models.model import Model
from aura.templates import TemplateLibrary
from aura.terminal import printable_lines

InputPath = Annotated[
    Path, typer.Argument(metavar="FILE", help="File to read; - is standard input.", allow_dash=True)
]
OutputPath = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="FILE", help="File to write; - is standard output.", allow_dash=True
    ),
]
TemplatesPath = Annotated[
    Path | None,
    typer.Option("--templates", metavar="FILE", help="Template store to add to the built-in templates."),
]
ModelPath = Annotated[
    Path | None,
    typer.Option("--model", metavar="FILE", help="Model file; the default is the package's model."),
]
ModelPaths = Annotated[
    list[Path] | None,
    typer.Option(
        "--further-model",
        metavar="FILE",
        help="Further model that messages may name; repeat the option for more.",
    ),
]
Level = Annotated[
    int,
    typer.Option("--level", min=0, max=3, metavar="N", help="0 stores, 1 is fast, 3 tries every method."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def matching_files(paths: list[Path]) -> list[Path]:
    """Files, with patterns replaced by the files that match them, in order.

    A pattern that is the name of a file, or that nothing matches, stands for itself.
    """
    files: list[Path] = []
    for path in paths:
        found = []
        if not path.exists() and has_magic(str(path)):
            matches = glob(str(path), recursive=True)  # noqa: PTH207  # patterns may be absolute
            found = sorted(match for match in map(Path, matches) if match.is_file())
        files += found or [path]
    return files


Corpora = Annotated[
    list[Path],
    typer.Argument(
        metavar="CORPUS",
        help="Files of messages: JSON lines or plain lines, plain or in .gz or .zst; - is standard input. Patterns"
        " such as 'logs/**/*.gz' stand for the files that match.",
        allow_dash=True,
        show_default=False,
        callback=matching_files,
    ),
]
Field = Annotated[
    str | None,
    typer.Option(
        "--field",
        metavar="NAME",
        help="Field of JSON lines that holds the message, such as body.text; . reads each line as plain text. "
        "Default: text, content, or messages with content.",
        show_default=False,
    ),
]
SourceField = Annotated[
    str | None,
    typer.Option(
        "--source-field",
        metavar="NAME",
        help="Field of JSON lines that holds the source of the message, such as user.id. "
        "Default: source, or else the file.",
        show_default=False,
    ),
]
CheckFlag = Annotated[
    bool,
    typer.Option("--check", help="Write and expect a tag: two bytes that reveal a wrong model or damage."),
]
STANDARD = Path("-")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file, or standard input, to be read part by part."""
    if path == STANDARD:
        yield sys.stdin.buffer
    else:
        with path.open("rb") as file:
            yield file


def write_chunks(path: Path, chunks: Iterable[bytes], source: Path) -> None:
    """Write what comes of ``source`` part by part, as :func:`write` does.

    Where both are the same file, all is read first, as it may be written in place.
    """
    if path != STANDARD:
        is_same = source != STANDARD and path.exists() and path.samefile(source)
        atomic_write.write(path, list(chunks) if is_same else chunks)
        return
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    is_terminal = sys.stdout.isatty()
    for chunk in chunks:
        sys.stdout.buffer.write(printable_lines(decoder.decode(chunk)).encode() if is_terminal else chunk)
    if is_terminal:
        sys.stdout.buffer.write(printable_lines(decoder.decode(b"", final=True)).encode())
    sys.stdout.buffer.flush()


def read(path: Path) -> bytes:
    """All bytes of a file or of standard input."""
    return sys.stdin.buffer.read() if path == STANDARD else path.read_bytes()


def write(path: Path, content: bytes) -> None:
    """Write a file in one step, or standard output.

    A terminal gets no control characters but line feeds and tabs, for the content may be of others.
    """
    if path != STANDARD:
        atomic_write.write(path, content)
        return
    if sys.stdout.isatty():
        content = printable_lines(content.decode("utf-8", "backslashreplace")).encode()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def check(path: Path) -> None:
    """Find out whether a file could be written, before the work that makes its content."""
    if path != STANDARD:
        atomic_write.check(path)


def library(path: Path | None) -> TemplateLibrary:
    """The built-in templates and those of a store."""
    return TemplateLibrary() if path is None else TemplateLibrary.load(path)


def model(path: Path | None) -> Model | None:
    """The model of a file; None, for the package's own, without one."""
    return None if path is None else Model.load(path)


def models(paths: list[Path] | None) -> list[Model]:
    """The models of files."""
    return [Model.load(path) for path in paths or ()]


def parse_hex(text: str) -> bytes:
    """Bytes from hexadecimal digits; white space and an ``0x`` in front are allowed."""
    try:
        return bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        raise typer.BadParameter("not pairs of hexadecimal digits") from None


def parse_size(text: str | int) -> int:
    """Bytes from ``512KiB``, ``2MiB``, ``1GiB`` or a plain number."""
    try:
        return arguments.size("size", str(text), 0)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a size such as 512KiB or 2MiB") from None
