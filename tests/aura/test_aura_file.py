"""``aura.open`` and ``aura.AuraFile`` are used as ``gzip.open`` and ``gzip.GzipFile`` are."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aura
from aura.errors import EncodeError, LimitExceeded, Truncated

CONTENT = b"".join(b"%d Zeilen, fran\xc3\xa7ais, \xe2\x82\xac %d\r\n" % (n, n * n) for n in range(5000))
WIRE = b"".join(aura.compress_iter([CONTENT], frame_size=70_000))


class Interrupted(Exception):
    pass


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with content."""
    path = tmp_path / "content.aurc"
    path.write_bytes(WIRE)
    return path


@pytest.mark.parametrize(("write", "read"), [("w", "r"), ("wb", "rb"), ("x", "r"), ("xb", "rb")])
def test_binary_modes(tmp_path: Path, write: Any, read: Any) -> None:
    path = tmp_path / "hi.aurc"
    with aura.open(path, write) as file:
        assert (file.mode, file.name) == (write[0] + "b", str(path))
        assert (file.readable(), file.writable(), file.seekable()) == (False, True, False)
        assert file.write(b"hi") == 2
        assert file.tell() == 2
        for call in (file.read, file.peek, file.readline, file.__iter__, lambda: file.seek(0)):
            with pytest.raises(io.UnsupportedOperation):
                call()
    with aura.open(str(path), read) as file:
        assert (file.mode, file.name) == ("rb", str(path))
        assert (file.readable(), file.writable(), file.seekable()) == (True, False, True)
        assert file.fileno() >= 0
        assert file.read() == b"hi"
        with pytest.raises(io.UnsupportedOperation):
            file.write(b"more")
    assert file.closed
    file.close()
    for closed in (file.read, file.readable, file.tell, file.flush, file.fileno, file.__enter__):
        with pytest.raises(ValueError, match="closed"):
            closed()  # type: ignore[operator]


@pytest.mark.parametrize("mode", ["a", "ab", "at", "r+b", "rb+", "", "b", "rw", "tr", None, b"rb"])
def test_other_modes_are_refused_and_appending_says_why(path: Path, mode: Any) -> None:
    before = path.read_bytes()
    for call in (aura.open, aura.AuraFile):
        with pytest.raises(ValueError, match="is not one of r, rb, w, wb, x, xb") as refused:
            call(path, mode)
        assert ("one end" in str(refused.value)) == (mode in {"a", "ab", "at"})
    with pytest.raises(ValueError, match="is not one of"):
        aura.AuraFile(path, "rt")  # type: ignore[arg-type]
    assert path.read_bytes() == before


def test_every_way_of_reading_gives_the_content(path: Path) -> None:
    buffer = bytearray(1000)
    reads: dict[str, Callable[[aura.AuraFile], bytes]] = {
        "read": lambda file: file.read(),
        "in parts": lambda file: b"".join(iter(lambda: file.read(777), b"")),
        "read1": lambda file: b"".join(iter(lambda: file.read1(5000), b"")),
        "readinto": lambda file: b"".join(bytes(buffer[:n]) for n in iter(lambda: file.readinto(buffer), 0)),
        "readinto1": lambda file: b"".join(
            bytes(buffer[:n]) for n in iter(lambda: file.readinto1(buffer), 0)
        ),
        "lines": b"".join,
        "readline": lambda file: b"".join(iter(lambda: file.readline(20), b"")),
        "readlines": lambda file: b"".join(file.readlines()),
        "peek": lambda file: b"".join(iter(lambda: file.read(len(file.peek(10))), b"")),
    }
    for name, read in reads.items():
        with aura.open(path) as file:
            assert read(file) == CONTENT, name
            assert file.tell() == len(CONTENT), name


def test_peeking_does_not_go_on(path: Path) -> None:
    with aura.open(path) as file:
        assert file.peek(5)[:5] == CONTENT[:5]
        assert file.tell() == 0
        assert file.seek(-3, io.SEEK_END) == len(CONTENT) - 3
        assert file.peek() == CONTENT[-3:]
        assert file.read() == CONTENT[-3:]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["read", "readline", "peek"]), st.integers(0, 90_000)),
        st.tuples(st.just("seek"), st.integers(0, len(CONTENT))),
    ),
    max_size=8,
)


@given(STEPS)
@settings(max_examples=10, deadline=None)
def test_it_reads_as_gzip_does(steps: list[tuple[str, int]]) -> None:
    theirs = gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(CONTENT, 1)))
    with aura.open(io.BytesIO(WIRE)) as file, theirs as other:
        for name, number in steps:
            result, expected = (getattr(each, name)(number) for each in (file, other))
            if name == "peek":  # how much is left to the implementation
                result, expected = result[:1], expected[:1]
            assert result == expected
            assert file.tell() == other.tell()


def test_file_objects_stay_open_and_are_used_from_where_they_stand() -> None:
    below = io.BytesIO()
    below.write(b"before")
    with aura.open(below, "wb") as file:
        assert file.name == ""
        file.write(b"content")
    assert not below.closed
    below.seek(6)
    with aura.open(below, "r") as file:
        assert file.read() == b"content"
    assert not below.closed
    for wrong in (5, None, b"path"):
        with pytest.raises(TypeError, match="file is a path or a binary file object, not "):
            aura.open(wrong)  # type: ignore[call-overload]


def test_files_can_be_copied_by_the_standard_library(path: Path, tmp_path: Path) -> None:
    with aura.open(path) as source, aura.open(tmp_path / "copy.aurc", "wb", level=1) as target:
        shutil.copyfileobj(source, target)
    with aura.open(tmp_path / "copy.aurc") as copy:
        assert copy.read() == CONTENT


@pytest.mark.parametrize("newline", [None, "", "\n", "\r\n"])
def test_text_is_what_it_is_in_a_plain_file(path: Path, tmp_path: Path, newline: str | None) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(CONTENT)
    with plain.open(encoding="utf-8", newline=newline) as expected:
        lines = expected.readlines()
    with aura.open(path, "rt", newline=newline) as text:
        assert text.readlines() == lines
    with plain.open("w", encoding="utf-8", newline=newline) as expected:
        expected.writelines(lines)
    with aura.open(tmp_path / "text.aurc", "xt", newline=newline) as text:
        text.writelines(lines)
    with aura.open(tmp_path / "text.aurc") as file:
        assert file.read() == plain.read_bytes()


def test_encodings_and_their_errors(path: Path) -> None:
    with aura.open(path, "rt", encoding="latin-1", newline="") as text:
        assert text.read() == CONTENT.decode("latin-1")
    with aura.open(path, "rt", encoding="ascii") as text, pytest.raises(UnicodeDecodeError):
        text.read()
    with aura.open(path, "rt", encoding="ascii", errors="replace") as text:
        assert "�" in text.readline()


def test_what_is_wrong_is_found_before_a_file_is_overwritten(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(LookupError):
        aura.open(path, "wt", encoding="no such")
    with pytest.raises(ValueError, match="illegal newline"):
        aura.open(path, "wt", newline="x")
    for name in ("encoding", "errors", "newline"):
        with pytest.raises(ValueError, match=f"{name} is for text, and mode 'wb' is for bytes"):
            aura.open(path, "wb", **{name: "utf-8"})  # type: ignore[call-overload]
    with pytest.raises(LookupError, match="unknown error handler name 'nope'"):
        aura.open(path, "wt", errors="nope")
    with pytest.raises(EncodeError):
        aura.open(path, "wt", level=2)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["level", "window_bits", "frame_size", "max_size"])
def test_options_are_whole_numbers_before_a_file_is_overwritten(path: Path, name: str) -> None:
    for wrong in (1.5, 16.0, True, "x"):
        with pytest.raises(TypeError, match=f"{name} is a whole number"):
            aura.AuraFile(path, "wb", **{name: wrong})  # type: ignore[arg-type]
        if name == "max_size":
            with pytest.raises(TypeError, match=f"{name} is a whole number"):
                aura.decompress_iter([WIRE], **{name: wrong})
        else:
            for call in (aura.AuraCompressor, lambda **options: aura.compress_iter([], **options)):
                with pytest.raises(TypeError, match=f"{name} is a whole number"):
                    call(**{name: wrong})
    with pytest.raises(ValueError, match=f"{name} is -1"):
        aura.AuraFile(path, "wb", **{name: -1})  # type: ignore[arg-type]
    assert path.read_bytes() == WIRE


def test_limits_of_content_are_not_below_0(path: Path) -> None:
    for call in (lambda: aura.AuraFile(path, max_size=-1), lambda: aura.decompress_iter([WIRE], max_size=-1)):
        with pytest.raises(ValueError, match="max_size is -1, below 0"):
            call()


@pytest.mark.parametrize("mode", ["wb", "wt"])
def test_a_file_gets_no_end_after_an_exception(tmp_path: Path, mode: Any) -> None:
    path = tmp_path / "half.aurc"
    with pytest.raises(Interrupted), aura.open(path, mode) as file:  # noqa: PT012
        file.write("a line\n" * 50_000 if mode == "wt" else CONTENT)
        raise Interrupted
    assert file.closed
    assert path.stat().st_size > 0
    with aura.open(path, "rb") as read, pytest.raises(Truncated):
        read.read()


def test_nothing_is_written_once_a_file_is_abandoned() -> None:
    below = io.BytesIO()
    file = aura.AuraFile(below, "wb")
    file.write(CONTENT)
    file.flush()
    file.abandon()
    size = len(below.getvalue())
    with pytest.raises(ValueError, match="closed"):
        file.write(b"more")
    file.close()
    assert len(below.getvalue()) == size


def test_the_limit_of_content(path: Path) -> None:
    with aura.AuraFile(path, max_size=len(CONTENT)) as file:
        assert file.read() == CONTENT
    with aura.AuraFile(path, max_size=len(CONTENT) - 1) as file, pytest.raises(LimitExceeded):
        file.read()


def test_threads_may_write_one_file() -> None:
    below = io.BytesIO()
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for turn in range(100):
                file.write(b"%d-%d\n" % (number, turn) * 50)
                file.flush()
        except BaseException as error:  # noqa: BLE001  # it is told below
            errors.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with aura.open(below, "wb") as file:
            threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert errors == []
    content = b"".join(aura.decompress_iter([below.getvalue()]))
    expected = {b"%d-%d\n" % (number, turn) * 50 for number in range(3) for turn in range(100)}
    assert Counter(content.splitlines()) == Counter(b"".join(expected).splitlines())
    assert all(lines in content for lines in expected)


class _OnlyReads:
    def __init__(self, data: bytes) -> None:
        self.read = io.BytesIO(data).read


class _OnlyWrites:
    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> int:
        self.written += data
        return len(data)


@pytest.mark.parametrize("kind", ["b", "t"])
def test_file_objects_need_one_method(kind: str) -> None:
    below = _OnlyWrites()
    with aura.open(below, "w" + kind) as file:  # type: ignore[call-overload]
        file.write("a line\n" if kind == "t" else b"a line\n")
        file.flush()
    with aura.open(_OnlyReads(below.written), "r" + kind) as file:  # type: ignore[call-overload]
        assert not file.seekable()
        with pytest.raises(io.UnsupportedOperation):
            file.fileno()
        assert file.read() == ("a line\n" if kind == "t" else b"a line\n")


def test_a_reader_of_a_buffered_pipe_need_not_wait_for_more_than_was_flushed() -> None:
    source, target = os.pipe()
    came = threading.Event()
    lines: list[bytes] = []

    def read() -> None:
        with io.open(source, "rb") as below, aura.open(below) as file:  # noqa: UP020  # beside aura.open
            lines.append(file.readline())
            came.set()
            lines.extend(file)

    thread = threading.Thread(target=read)
    thread.start()
    with io.open(target, "wb") as below, aura.open(below, "wb") as file:  # noqa: UP020
        file.write(b"hello\n")
        file.flush()
        is_there = came.wait(10)
        file.write(b"more\n")
    thread.join(10)
    assert is_there
    assert lines == [b"hello\n", b"more\n"]
