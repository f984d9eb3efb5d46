"""The files of a log: closing, compressing and removing them, and what is read meanwhile."""

from __future__ import annotations

import io
import pickle
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from tests.audit.logs import NO_ROTATION, SMALL_FILES, contents, event, kinds, refusal, written

from aura.audit import (
    AuditError,
    AuditLog,
    AuditMessages,
    AuditOptions,
    Filter,
    Record,
    erase,
    follow,
    read,
    record_at,
    verify,
)
from aura.audit.appending import Appender
from aura.audit.archive import read_frame, read_table, write_archive
from aura.audit.entries import note
from aura.audit.rotation import compress_closed, maintain
from aura.audit.segments import closed_segments, head_path

TEXTS = [f"message {number} " + "x" * 300 for number in range(60)]
DAY = 86_400.0


def test_files_are_closed_and_compressed(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", TEXTS, SMALL_FILES)
    compress_closed(path)  # the last one may still wait for its turn
    closed = closed_segments(path)
    assert len(closed) > 3
    assert all(segment.is_compressed for segment in closed)
    assert contents(path) == TEXTS
    assert [record.seq for record in read(path)] == list(range(len(kinds(path))))
    assert verify(path).is_whole


def test_other_programs_read_archives(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", TEXTS, SMALL_FILES)
    compress_closed(path)
    archive = closed_segments(path)[0].path
    with (
        archive.open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as text,
    ):
        lines = text.read().splitlines()
    assert lines[0].startswith(b'{"seq":0,"kind":"segment"')
    if program := shutil.which("zstd"):
        shown = subprocess.run([program, "-dc", archive], check=True, capture_output=True).stdout  # noqa: S603
        assert shown.splitlines() == lines


def test_files_need_not_be_compressed(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", TEXTS, replace(SMALL_FILES, compress=False))
    assert not any(segment.is_compressed for segment in closed_segments(path))
    assert contents(path) == TEXTS


@pytest.mark.parametrize("compress", [False, True])
def test_each_record_is_found_by_its_number(tmp_path: Path, *, compress: bool) -> None:
    path = written(tmp_path / "audit.jsonl", TEXTS, replace(SMALL_FILES, compress=compress))
    for record in read(path):
        assert record_at(path, record.seq) == record
    assert record_at(path, 10_000) is None


def test_one_frame_of_an_archive_is_read_for_one_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "audit.jsonl", [f"message {number}" for number in range(5000)])
    Appender(path).rotate(time.time())
    monkeypatch.setattr("aura.audit.archive.FRAME_SIZE", 1)
    compress_closed(path)
    with closed_segments(path)[0].path.open("rb") as file:
        frames = read_table(file)
    assert len(frames) > 5
    looked_at = []

    def counted(file: io.BytesIO, frame: object) -> bytes:
        looked_at.append(frame)
        return read_frame(file, frame)  # type: ignore[arg-type]

    monkeypatch.setattr("aura.audit.reading.read_frame", counted)
    found = record_at(path, 4001)
    assert found is not None
    assert found.content == "message 4000"
    assert len(looked_at) <= 1 + len(frames).bit_length()


def test_a_new_day_begins_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    appender = Appender(path)
    for day in (0.0, 0.5, 1.0, 1.2, 3.0):
        appender.append([note("repair", day * DAY)], day * DAY, max_bytes=1 << 20, daily=True)
    appender.close()
    assert kinds(path) == [
        "segment",
        "repair",
        "repair",
        *["segment", "repair", "repair"],
        "segment",
        "repair",
    ]
    assert len(closed_segments(path)) == 2
    assert verify(path).is_whole


def test_old_files_are_removed_and_the_chain_stays(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    options = AuditOptions(keep_days=7)
    appender = Appender(path)
    for day in range(20):
        appender.append([note("repair", day * DAY)], day * DAY, max_bytes=1 << 20, daily=True)
    whole = verify(path)
    maintain(path, options, 19.5 * DAY)
    kept = list(read(path))
    assert kept[0].time == "1970-01-13T00:00:00.000000Z"
    assert [record.kind for record in kept].count("retention") == 1
    found = verify(path)
    assert found.is_whole, found.damage
    assert found.first == kept[0].seq > 0
    assert found.seq > whole.seq
    maintain(path, options, 25.5 * DAY)
    assert verify(path).is_whole
    appender.close()


def test_nothing_is_removed_whose_end_is_not_known(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", TEXTS, SMALL_FILES)
    maintain(tmp_path / "none", AuditOptions(keep_days=0), time.time())
    closed_segments(path)[1].path.write_bytes(b"")
    before = len(closed_segments(path))
    maintain(path, AuditOptions(keep_days=0, compress=False), time.time() + DAY)
    assert len(closed_segments(path)) == before


def test_a_log_removes_its_old_files_itself(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", TEXTS, replace(SMALL_FILES, keep_days=0.0))
    assert "retention" in kinds(path)
    assert len(closed_segments(path)) < 3
    assert verify(path).is_whole


def test_files_that_cannot_be_compressed_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_lines: object, file: io.BytesIO) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("aura.audit.rotation.write_archive", failing)
    path = written(tmp_path / "audit.jsonl", TEXTS, SMALL_FILES)
    assert contents(path) == TEXTS
    assert not any(segment.is_compressed for segment in closed_segments(path))
    assert not [file for file in tmp_path.iterdir() if file.name.endswith(".new")]


def test_files_that_were_removed_without_a_record_are_missed(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", TEXTS, SMALL_FILES)
    closed_segments(path)[0].path.unlink()
    assert "no retention removed them" in verify(path).damage[0].reason


def test_what_a_killed_process_left_is_put_in_order(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", TEXTS, replace(SMALL_FILES, compress=False))
    first, second, *_ = closed_segments(path)
    with first.path.with_name(first.path.name + ".zst").open("wb") as file:
        write_archive(first.path.read_bytes().splitlines(keepends=True), file)  # both are there
    second.path.with_name(second.path.name + ".zst.new").write_bytes(b"half")
    assert contents(path) == TEXTS
    compress_closed(path)
    assert contents(path) == TEXTS
    assert all(segment.is_compressed for segment in closed_segments(path))
    assert not [file for file in tmp_path.iterdir() if file.name.endswith(".new")]


def test_a_file_that_is_closed_while_it_is_read_is_read_once(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", TEXTS, SMALL_FILES)
    with AuditLog(path, SMALL_FILES) as log:
        seen = []
        for record in read(path):
            seen.append(record.seq)
            if len(seen) < 100:
                log.on_message(event("more " + "y" * 500))
                log.flush(30)
    assert seen == list(range(len(seen)))
    assert len(seen) >= 100


def test_a_log_is_followed_through_its_files(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, ["before"])
    stop = threading.Event()
    got: list[Record] = []

    def listen(records: Iterator[Record]) -> None:
        got.extend(records)

    records = follow(path, Filter(kind="message"), should_stop=stop.is_set)
    listening = threading.Thread(target=listen, args=(records,))
    listening.start()
    deadline = time.monotonic() + 20
    with AuditLog(path, SMALL_FILES) as log:
        while not got and time.monotonic() < deadline:  # until the other one listens
            log.on_message(event("first"))
            time.sleep(0.05)
        for text in TEXTS:
            log.on_message(event(text))
            log.flush(30)
    while TEXTS[-1] not in [record.content for record in got] and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    listening.join(30)
    texts = [record.content for record in got if record.content != "first"]
    assert texts == TEXTS
    assert [record.seq for record in got] == sorted({record.seq for record in got})


def test_following_may_begin_at_the_start(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", ["one", "two"])
    looks = iter([False, False, True])
    records = follow(path, Filter(kind="message"), from_start=True, should_stop=lambda: next(looks))
    assert [record.content for record in records] == ["one", "two"]
    nowhere = follow(tmp_path / "none", should_stop=iter([False, True]).__next__)
    assert not list(nowhere)


def test_messages_are_a_source_for_discovery(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    source = pickle.loads(pickle.dumps(AuditMessages(path)))  # noqa: S301  # as it is sent to the worker
    assert list(source()) == []
    written(path, TEXTS, SMALL_FILES)
    compress_closed(path)
    assert [(message.data.decode(), message.source) for message in source()] == [
        (text, "ada") for text in TEXTS
    ]
    assert list(source()) == []
    with AuditLog(path, SMALL_FILES) as log:
        log.on_message(event(b"\xff"))
        log.on_refusal(refusal())
        for text in TEXTS:
            log.on_message(event(text, None))
            log.flush(30)
    assert [(message.data.decode(), message.source) for message in source()] == [(text, "") for text in TEXTS]
    erase(path, "ada")
    assert list(source()) == []
    assert not [message for message in AuditMessages(path)() if message.source]


def test_records_are_filtered(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    morning = datetime(2026, 5, 1, 8, tzinfo=UTC)
    with AuditLog(path, NO_ROTATION) as log:
        for hour, user in enumerate(["ada", "bob", "ada", 'a"b']):
            at = (morning + timedelta(hours=hour)).timestamp()
            log.on_message(event(f'{hour} said "user":"ada"', user, conversation="7", at=at))

    def found(**wanted: object) -> list[str]:
        records = read(path, Filter(kind="message", **wanted))  # type: ignore[arg-type]
        return [str(record.content)[0] for record in records]

    assert found(user="ada") == ["0", "2"]
    assert found(user='a"b') == ["3"]
    assert found(conversation="7", role="user", direction="out", method="auralite") == ["0", "1", "2", "3"]
    assert not found(direction="in")
    assert not found(role="assistant")
    assert found(since=morning + timedelta(hours=1), until=datetime(2026, 5, 1, 10)) == ["1"]  # noqa: DTZ001  # UTC
    assert [record.kind for record in read(path, Filter(kind="segment"))] == ["segment"]


def damaged_archives() -> Iterator[tuple[str, bytes]]:
    file = io.BytesIO()
    write_archive([b"line %d\n" % number for number in range(100)], file, frame_size=100)
    whole = file.getvalue()
    yield "empty", b""
    yield "cut", whole[:-1]
    yield "no table", whole[:50]
    yield "magic", whole[:-4] + b"\0\0\0\0"
    yield "reserved", whole[:-5] + b"\x04" + whole[-4:]
    yield "count", whole[:-9] + b"\xff\xff\xff\xff" + whole[-5:]
    yield "fewer", whole[:-9] + b"\x01\0\0\0" + whole[-5:]
    yield "frame", b"\0" * 60 + whole[60:]
    place = whole.index(b"\x5e\x2a\x4d\x18") + 8
    yield "sizes", whole[:place] + b"\x01\0\0\0" + whole[place + 4 :]
    yield "length", whole[: place + 4] + b"\xff\xff\xff\x7f" + whole[place + 8 :]
    yield "shorter", whole[: place + 4] + b"\x01\0\0\0" + whole[place + 8 :]


@pytest.mark.parametrize(("kind", "content"), list(damaged_archives()))
def test_damaged_archives_are_refused(tmp_path: Path, kind: str, content: bytes) -> None:
    path = written(tmp_path / "audit.jsonl", TEXTS, SMALL_FILES)
    compress_closed(path)
    closed_segments(path)[1].path.write_bytes(content)
    with pytest.raises(AuditError):
        list(read(path))
    assert not verify(path).is_whole, kind


def test_an_archive_with_checksums_in_its_table_is_read() -> None:
    file = io.BytesIO()
    [frame] = write_archive([b"one\n"], file)
    whole = file.getvalue()
    entry = whole[frame.size + 8 : frame.size + 16] + b"\0\0\0\0"
    table = b"\x5e\x2a\x4d\x18" + (21).to_bytes(4, "little") + entry + b"\x01\0\0\0\x80" + whole[-4:]
    other = io.BytesIO(whole[: frame.size] + table)
    assert read_table(other) == [frame]
    assert read_frame(other, frame) == b"one\n"


@pytest.mark.parametrize("size", [0, 1, 40, -1, None])
@pytest.mark.parametrize("messages", [0, 1, 30])
def test_a_writer_that_is_killed_while_it_begins_a_file_leaves_a_whole_log(
    tmp_path: Path, messages: int, size: int | None
) -> None:
    """The head still tells of the file before; the first record of the new one is there, or a part of it."""
    path = written(tmp_path / "audit.jsonl", ["hello"] * messages)
    appender = Appender(path)
    appender.append([], 0.0, max_bytes=1 << 20, daily=False)
    before = head_path(path).read_bytes()
    appender.rotate(time.time())
    appender.close()
    head_path(path).write_bytes(before)
    path.write_bytes(path.read_bytes()[:size])
    written(path, ["after"])
    verified = verify(path)
    assert verified.is_whole, verified.damage
    assert contents(path) == ["hello"] * messages + ["after"]
