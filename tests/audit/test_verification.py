from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.audit.logs import NO_ROTATION, SMALL_FILES, contents, event, kinds, written

from aura.audit import AuditError, AuditLog, AuditOptions, verify
from aura.audit.segments import closed_segments, head_path

KEY = b"0123456789abcdef"
Lines = list[bytes]

CHANGES: dict[str, Callable[[Lines], Lines]] = {
    "a record is missing": lambda lines: lines[:3] + lines[4:],
    "the first record is missing": lambda lines: lines[1:],
    "the last record is missing": lambda lines: lines[:-1],
    "all records are missing": lambda _lines: [],
    "two records are in another order": lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
    "a record is there twice": lambda lines: [*lines[:4], *lines[3:]],
    "the content was changed": lambda lines: [line.replace(b"text 3", b"text X") for line in lines],
    "a user was changed": lambda lines: [line.replace(b'"ada"', b'"eve"') for line in lines],
    "a size was changed": lambda lines: [line.replace(b'"wire":3', b'"wire":4') for line in lines],
    "white space was added": lambda lines: [line.replace(b'"wire":3', b'"wire": 3') for line in lines],
    "a member was added": lambda lines: [line.replace(b'"wire":3', b'"wire":3,"x":1') for line in lines],
    "a line was added": lambda lines: [*lines[:3], b"{}\n", *lines[3:]],
    "an empty line was added": lambda lines: [*lines[:3], b"\n", *lines[3:]],
    "a digest was removed": lambda lines: [line[: line.index(b',"digest"')] + b"}\n" for line in lines],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("key", [None, KEY])
def test_every_change_is_found(tmp_path: Path, change: Callable[[Lines], Lines], key: bytes | None) -> None:
    texts = [f"text {number}" for number in range(8)]
    path = written(tmp_path / "audit.jsonl", texts, replace(NO_ROTATION, key=key))
    assert verify(path, key=key).is_whole
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(change(lines)))
    assert not verify(path, key=key).is_whole


def test_damage_names_its_place(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", ["one", "two"])
    path.write_bytes(path.read_bytes().replace(b'"two"', b'"owt"'))
    [damage] = verify(path).damage
    assert damage.place == f"{path}:3"
    assert damage.reason == "the content of record 2 was changed"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_changed_byte_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("log") / "audit.jsonl"
    written(path, ["one", "two"])
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert not verify(path).is_whole


def test_a_file_that_is_missing_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", ["x" * 400] * 60, SMALL_FILES)
    closed_segments(path)[2].path.unlink()
    assert "should stand here" in verify(path).damage[0].reason


def test_another_key_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", ["one"], replace(NO_ROTATION, key=KEY))
    assert verify(path, key=KEY).is_whole
    assert not verify(path).is_whole
    assert not verify(path, key=KEY + b"!").is_whole
    with pytest.raises(ValueError, match="fewer than 16"):
        verify(path, key=b"short")


def test_an_end_that_was_noted_is_compared(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", ["one", "two"])
    before = verify(path)
    written(path, ["three"])
    assert verify(path, expected=(before.seq, before.chain)).is_whole
    assert not verify(path, expected=(before.seq, "0" * 64)).is_whole
    for file in (path, head_path(path)):  # somebody begins the log anew
        file.unlink()
    written(path, ["one"])
    assert verify(path).is_whole
    assert not verify(path, expected=(before.seq, before.chain)).is_whole


def test_a_log_without_an_end_or_a_start_is_damaged(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", ["one"])
    head_path(path).unlink()
    assert "where the log ends" in verify(path).damage[0].reason
    with pytest.raises(AuditError, match="no such file"):
        verify(tmp_path / "none")


def test_a_retention_that_was_made_up_helps_nobody(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", ["x" * 400] * 60, SMALL_FILES)
    segment = closed_segments(path)[0]
    segment.path.unlink()
    path.write_bytes(path.read_bytes().replace(b'"kind":"message"', b'"kind":"retention"'))
    assert any("no retention" in damage.reason for damage in verify(path).damage)


def _torn(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b'{"seq":3,"kind":"mess')


def _unknown_to_the_head(path: Path) -> None:
    head = head_path(path)
    before = head.read_bytes()
    written(path, ["three"])
    head.write_bytes(before)


def _both(path: Path) -> None:
    _unknown_to_the_head(path)
    _torn(path)


def _without_a_head(path: Path) -> None:
    head_path(path).unlink()


def _with_a_damaged_head(path: Path) -> None:
    head_path(path).write_bytes(b"damaged")


def _closed_only(path: Path) -> None:
    """Killed after the file was closed, and before the next one was there."""
    path.rename(path.with_name(path.name + ".000000000000"))


def _closed_without_a_head(path: Path) -> None:
    _closed_only(path)
    _without_a_head(path)


STATES = [
    _torn,
    _unknown_to_the_head,
    _both,
    _without_a_head,
    _with_a_damaged_head,
    _closed_only,
    _closed_without_a_head,
]


@pytest.mark.parametrize("leave", STATES)
def test_what_a_killed_writer_left_is_put_in_order(tmp_path: Path, leave: Callable[[Path], None]) -> None:
    path = written(tmp_path / "audit.jsonl", ["one", "two"])
    leave(path)
    whole = contents(path)
    assert whole[:2] == ["one", "two"]
    written(path, ["later"])
    assert contents(path) == [*whole, "later"]
    found = verify(path)
    assert found.is_whole, found.damage
    assert found.repairs == (1 if leave in {_torn, _both} else 0)


def test_a_torn_first_line_is_put_in_order(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b'{"seq":0,"ki')
    written(path, ["one"])
    assert contents(path) == ["one"]
    found = verify(path)
    assert found.is_whole, found.damage
    assert found.repairs == 1


def test_an_end_that_the_disk_lost_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", ["one", "two", "three"])
    path.write_bytes(path.read_bytes()[:-300])
    written(path, ["later"])
    assert contents(path)[0] == "one"
    assert contents(path)[-1] == "later"
    assert "repair" in kinds(path)
    assert any("should stand here" in damage.reason for damage in verify(path).damage)


def test_what_is_foreign_stays_and_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", ["one"])
    with path.open("ab") as file:
        file.write(b"somebody wrote this\nand th")
    written(path, ["later"])
    content = path.read_bytes()
    assert b"somebody wrote this\n" in content
    assert b"and th" not in content
    found = verify(path)
    assert [damage.reason for damage in found.damage] == ["not a record of an audit log"]
    assert found.repairs == 1


def test_a_file_that_begins_with_something_else_is_closed_beside_the_others(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"x" * 5000 + b"\n")
    options = AuditOptions(daily=False, max_bytes=4096, compress=False)
    with AuditLog(path, options) as log:
        for _ in range(30):
            log.on_message(event("y" * 400))
            log.flush(30)
    assert len(closed_segments(path)) > 2
    assert len({segment.first for segment in closed_segments(path)}) == len(closed_segments(path))
