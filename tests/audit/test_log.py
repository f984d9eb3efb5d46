from __future__ import annotations

import logging
import multiprocessing
import os
import pickle
import stat
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.audit.logs import NO_ROTATION, SMALL_FILES, contents, event, kinds, messages, refusal, written

import aura
from aura.audit import AuditError, AuditLog, AuditOptions, read, verify
from aura.audit.appending import Appender
from aura.audit.log import AuditLog as Log
from aura.audit.segments import closed_segments, head_path
from aura.observation import labelled


def test_a_codec_is_recorded_with_labels(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "audit.jsonl"
    with AuditLog(path) as log:
        codec = aura.ObservedCodec(aura.Codec(model=aura.Model.load_small()), log)
        with labelled(user="ada", conversation="42", role="assistant"):
            wire = codec.compress("Request 17 is late.")
        codec.decompress(wire)
        with pytest.raises(aura.DecodeError):
            codec.decompress(b"\x42")
    out, back, refused = (record for record in read(path) if record.kind != "segment")
    assert (out.fields["direction"], back.fields["direction"]) == ("out", "in")
    assert out.content == back.content == "Request 17 is late."
    assert out.private["user"] == "ada"
    assert "user" not in back.private
    assert out.fields["wire"] == len(wire)
    assert refused.fields["reason"] == "marker 0x42 (unassigned) is not read here"
    assert verify(path).is_whole


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", ["x" * 400] * 40, SMALL_FILES)
    files = [path, head_path(path), *(segment.path for segment in closed_segments(path))]
    assert len(files) > 4
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_putting_an_event_does_not_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    append = Appender.append

    def slow(self: Appender, *args: object, **kwargs: object) -> bool:
        go_on.wait(30)
        return append(self, *args, **kwargs)  # type: ignore[arg-type]

    log = AuditLog(tmp_path / "audit.jsonl", NO_ROTATION)
    monkeypatch.setattr(Appender, "append", slow)

    for number in range(1000):
        log.on_message(event(str(number)))
    assert log.depth > 0
    assert not log.flush(0.01)
    go_on.set()
    assert log.flush(30)
    assert log.depth == 0
    assert contents(log.path) == [str(number) for number in range(1000)]
    log.close()


def test_what_finds_no_room_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    append = Appender.append

    def slow(self: Appender, *args: object, **kwargs: object) -> bool:
        go_on.wait(30)
        return append(self, *args, **kwargs)  # type: ignore[arg-type]

    log = AuditLog(tmp_path / "audit.jsonl", replace(NO_ROTATION, max_queued=100_000))
    monkeypatch.setattr(Appender, "append", slow)
    for _ in range(3000):
        log.on_message(event("x" * 100))
    go_on.set()
    log.close()
    dropped = sum(record.fields["count"] for record in read(log.path) if record.kind == "dropped")
    assert dropped > 0
    assert len(messages(log.path)) + dropped == 3000
    assert verify(log.path).is_whole


def test_a_disk_that_fails_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("aura.audit.log._RETRY", 0.01)
    log = AuditLog(tmp_path / "audit.jsonl", NO_ROTATION)
    write, failures = os.write, iter([OSError(28, "No space left on device")] * 3)

    def failing(descriptor: int, data: bytes) -> int:
        if len(data) > 300 and (error := next(failures, None)) is not None:
            write(descriptor, bytes(data)[:100])  # a part is written before the disk is full
            raise error
        return write(descriptor, data)

    monkeypatch.setattr("aura.audit.appending.os.write", failing)
    with caplog.at_level(logging.ERROR, "aura.audit"):
        for number in range(10):
            log.on_message(event(str(number)))
        assert log.flush(30)
    assert contents(log.path) == [str(number) for number in range(10)]
    assert "is tried again" in caplog.text
    assert verify(log.path).is_whole
    log.close()


def test_closing_ends_where_the_disk_stays_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("aura.audit.log._RETRY", 0.01)
    log = AuditLog(tmp_path / "audit.jsonl", NO_ROTATION)

    def full(*_args: object, **_kwargs: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Appender, "append", full)
    with caplog.at_level(logging.ERROR, "aura.audit"):
        log.on_message(event())
        log.close(30)
    assert "1 events of the audit log are lost" in caplog.text
    monkeypatch.undo()
    log.on_message(event("later"))
    assert log.flush(30)
    assert contents(log.path) == ["later"]
    log.close()


def test_a_log_goes_on_after_it_was_closed(tmp_path: Path) -> None:
    path = written(tmp_path / "audit.jsonl", ["one"])
    with AuditLog(path, NO_ROTATION) as log:
        log.on_message(event("two"))
        log.close()
        log.on_message(event("three"))
    assert contents(path) == ["one", "two", "three"]
    assert [record.seq for record in read(path)] == [0, 1, 2, 3]
    assert verify(path).is_whole


def _write_many(path: Path, name: str, count: int) -> None:
    with AuditLog(path, SMALL_FILES) as log:
        for number in range(count):
            log.on_message(event(f"{name} {number}", name))
            if number % 10 == 0:
                log.flush()


def test_several_processes_write_to_one_log(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    context = multiprocessing.get_context("spawn")
    names = ["one", "two", "three"]
    writers = [context.Process(target=_write_many, args=(path, name, 200)) for name in names]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
        assert writer.exitcode == 0
    found = verify(path)
    assert found.is_whole, found.damage
    for name in names:
        of_one = [record.content for record in messages(path) if record.private["user"] == name]
        assert of_one == [f"{name} {number}" for number in range(200)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
def test_a_forked_process_has_a_thread_of_its_own(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl", NO_ROTATION)
    log.on_message(event("before"))
    child = os.fork()
    if not child:
        log.on_message(event("child"))
        is_written = log.flush(30)
        os._exit(0 if is_written else 1)
    assert os.waitpid(child, 0)[1] == 0
    log.on_message(event("after"))
    log.close()
    assert sorted(filter(None, contents(log.path))) == ["after", "before", "child"]
    assert verify(log.path).is_whole


def test_a_copy_writes_to_the_same_log(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl", NO_ROTATION)
    copy = pickle.loads(pickle.dumps(log))  # noqa: S301  # our own
    assert (copy.path, copy.options) == (log.path, log.options)
    with copy:
        copy.on_message(event())
    log.close()
    assert contents(log.path) == ["hello"]


def test_the_disk_is_told_as_the_policy_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[float] = []
    monkeypatch.setattr(Appender, "sync", lambda _self: calls.append(time.monotonic()))
    with AuditLog(tmp_path / "never", NO_ROTATION) as log:
        log.on_message(event())
        log.flush(30)
        assert not calls
    with AuditLog(tmp_path / "always", replace(NO_ROTATION, fsync="always")) as log:
        for expected in (1, 2):
            log.on_message(event())
            assert log.flush(30)
            assert len(calls) >= expected
    calls.clear()
    with AuditLog(tmp_path / "sometimes", replace(NO_ROTATION, fsync=0.05)) as log:
        log.on_message(event())
        for _ in range(500):
            if calls:
                break
            time.sleep(0.02)
        assert calls


def test_a_disk_that_does_not_confirm_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("aura.audit.appending.os.fsync", failing)
    with (
        caplog.at_level(logging.ERROR, "aura.audit"),
        AuditLog(tmp_path / "a", AuditOptions(fsync="always")) as log,
    ):
        log.on_message(event())
        assert log.flush(30)
    assert "does not confirm" in caplog.text


def test_what_is_redacted_is_not_written(tmp_path: Path) -> None:
    from aura.audit import redact_sensitive, withhold  # noqa: PLC0415

    options = replace(NO_ROTATION, redact=(withhold("user"), redact_sensitive))
    with AuditLog(tmp_path / "audit.jsonl", options) as log:
        log.on_message(event("Mail ada.lovelace@analytical.io or ada.lovelace@analytical.io!", "ada"))
        log.on_message(event("nothing to hide", None))
        log.on_message(event(b"\xff"))
    first, second, third = messages(log.path)
    assert first.content == "Mail [mail] or [mail]!"
    assert "user" not in first.private
    assert (first.fields["redacted"], second.content) == ("yes", "nothing to hide")
    assert "redacted" not in second.fields
    assert third.private["content_base64"]
    assert b"lovelace" not in log.path.read_bytes()


def test_all_may_be_withheld(tmp_path: Path) -> None:
    options = replace(NO_ROTATION, redact=(lambda _private: None,))
    with AuditLog(tmp_path / "audit.jsonl", options) as log:
        log.on_message(event("secret"))
    [record] = messages(log.path)
    assert not record.private
    assert not record.is_erased
    assert b"secret" not in log.path.read_bytes()


def test_a_redaction_that_fails_withholds_the_content(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_private: object) -> dict[str, str]:
        raise RuntimeError("secret")

    with AuditLog(tmp_path / "audit.jsonl", replace(NO_ROTATION, redact=(failing,))) as log:
        log.on_message(event("secret"))
    [record] = messages(log.path)
    assert record.fields["redacted"] == "failed"
    assert b"secret" not in log.path.read_bytes()
    assert "secret" not in caplog.text


def test_refusals_are_recorded_once(tmp_path: Path) -> None:
    with AuditLog(tmp_path / "audit.jsonl", NO_ROTATION) as log:
        log.on_refusal(refusal())
    assert kinds(log.path) == ["segment", "refusal"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"max_bytes": 10}, ValueError),
        ({"max_bytes": "1"}, TypeError),
        ({"daily": 1}, TypeError),
        ({"keep_days": -1}, ValueError),
        ({"fsync": "sometimes"}, ValueError),
        ({"fsync": -1.0}, ValueError),
        ({"redact": [print]}, TypeError),
        ({"redact": (1,)}, TypeError),
        ({"key": "text"}, TypeError),
        ({"key": b"short"}, ValueError),
    ],
)
def test_wrong_options_are_refused(changes: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        AuditOptions(**changes)  # type: ignore[arg-type]


def test_a_wrong_place_is_found_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        AuditLog(tmp_path / "file" / "audit.jsonl")
    with pytest.raises(TypeError):
        AuditLog(tmp_path / "audit.jsonl", {"daily": True})  # type: ignore[arg-type]
    with pytest.raises(AuditError):
        list(read(tmp_path / "none"))


def test_a_log_whose_file_is_taken_away_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, NO_ROTATION)
    for text, lost in (("one", path), ("two", head_path(path)), ("three", None)):
        log.on_message(event(text))
        assert log.flush(30)
        if lost is not None:
            lost.unlink()
    log.close()
    assert contents(path) == ["two", "three"]
    found = verify(path)
    assert [damage.reason for damage in found.damage] == [
        "records before 2 are missing, and no retention removed them"
    ]


def test_events_after_the_thread_ended_start_another(tmp_path: Path) -> None:
    log = Log(tmp_path / "audit.jsonl", NO_ROTATION)
    for number in range(20):
        log.on_message(event(str(number)))
        log.close()
    assert contents(log.path) == [str(number) for number in range(20)]
