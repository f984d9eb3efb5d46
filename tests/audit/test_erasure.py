from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from tests.audit.logs import NO_ROTATION, SMALL_FILES, contents, event, messages, refusal

from aura.audit import AuditError, AuditLog, Erasure, erase, export, read, verify
from aura.audit.rotation import compress_closed
from aura.audit.segments import closed_segments


def filled(path: Path, compress: bool) -> Path:
    with AuditLog(path, replace(SMALL_FILES, compress=False)) as log:
        for number in range(60):
            user = ["ada", "bob", 'a"\\da'][number % 3]
            log.on_message(event(f"{user} says {number} " + "x" * 200, user, conversation=f"of {user}"))
            log.flush(30)
        log.on_refusal(refusal(user="ada"))
    if compress:
        compress_closed(path)
    return path


def everything(path: Path) -> bytes:
    content = path.read_bytes()
    for segment in closed_segments(path):
        data = segment.path.read_bytes()
        if segment.is_compressed:
            with zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True) as reader:
                data = reader.read()
        content += data
    return content


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("user", ["ada", 'a"\\da'])
def test_a_user_is_erased_and_nobody_else(tmp_path: Path, user: str, *, compress: bool) -> None:
    path = filled(tmp_path / "audit.jsonl", compress)
    before = list(read(path))
    theirs = [record.seq for record in before if record.private.get("user") == user]
    assert [record.seq for record in export(path, user)] == theirs
    found = erase(path, user)
    assert found.records == len(theirs) == (21 if user == "ada" else 20)
    assert found.files > 1
    after = list(read(path))
    assert not list(export(path, user))
    for old, new in zip(before, after, strict=False):
        if old.seq in theirs:
            assert new.is_erased
            assert not new.private
            assert new.fields == old.fields
        else:
            assert new == old
    assert [record.kind for record in after[len(before) :]] == ["segment", "erasure"]
    assert after[-1].fields == {**after[-1].fields, "count": len(theirs)}
    verified = verify(path)
    assert verified.is_whole, verified.damage
    assert verified.erased == len(theirs)
    if user == "ada":
        assert b"ada says" not in everything(path)
        assert b"of ada" not in everything(path)
    assert erase(path, user).records == 0


def test_nothing_need_be_there_of_a_user(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.jsonl", compress=True)
    assert erase(path, "nobody") == Erasure(0, 0)
    assert verify(path).is_whole


def test_writers_go_on_while_somebody_is_erased(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.jsonl", compress=True)
    with AuditLog(path, NO_ROTATION) as log:
        log.on_message(event("before", "ada"))
        log.flush(30)
        assert erase(path, "ada").records == 22
        log.on_message(event("after", "ada"))
    assert contents(path)[-1] == "after"
    assert [record.content for record in export(path, "ada")] == ["after"]
    assert verify(path).is_whole


def test_a_log_with_a_key_stays_verifiable(tmp_path: Path) -> None:
    path, key = tmp_path / "audit.jsonl", b"k" * 32
    with AuditLog(path, replace(NO_ROTATION, key=key)) as log:
        log.on_message(event())
    assert erase(path, "ada", key=key).records == 1
    assert verify(path, key=key).is_whole


def test_damaged_lines_stay(tmp_path: Path) -> None:
    path = filled(tmp_path / "audit.jsonl", compress=False)
    first = closed_segments(path)[0].path
    first.write_bytes(first.read_bytes() + b'damaged "user":"ada"\n' + b'torn "user":"ada"')
    erase(path, "ada")
    assert first.read_bytes().endswith(b'damaged "user":"ada"\ntorn "user":"ada"')


def test_what_is_no_user_or_no_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        erase(tmp_path / "audit.jsonl", 7)  # type: ignore[arg-type]
    with pytest.raises(AuditError):
        erase(tmp_path / "audit.jsonl", "ada")
    assert not list(tmp_path.iterdir())


def test_labels_that_look_like_others_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with AuditLog(path, NO_ROTATION) as log:
        log.on_message(event('"user":"ada"', "bob", conversation='"user":"ada"'))
        log.on_message(event("x", 'ada","user":"bob'))
    assert erase(path, "ada").records == 0
    assert erase(path, "bob").records == 1
    [first, second] = messages(path)
    assert first.is_erased
    assert second.content == "x"
