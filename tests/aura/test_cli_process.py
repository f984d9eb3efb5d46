"""The command as a process: its standard streams, its exit code, its end."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import aura
from aura.cli.process import Terminated, run, terminable

AURA = [sys.executable, "-m", "aura"]


def shell(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script in which ``$A`` is the command."""
    command = f"A='{sys.executable} -m aura'; {script}"
    return subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("script", "code", "error"),
    [
        ("$A compress <&-", 1, "error: standard input is closed\n"),
        ("$A train - -o /dev/null <&-", 1, "error: standard input is closed\n"),
        ("$A explain --hex 0600 >&-", 1, "error: standard output is closed\n"),
        ("$A --help >&-", 1, "error: standard output is closed\n"),
        ("$A decompress --hex 2>&- <<E\n42\nE", 3, ""),
        ("$A explain --hex 0600 > /dev/full", 1, "error: No space left on device\n"),
        ("$A --version > /dev/full", 1, "error: No space left on device\n"),
        ("{ $A explain --hex 0600; echo $? >&2; } | :", 0, "1\n"),
    ],
)
def test_closed_full_and_broken_streams_are_no_tracebacks(script: str, code: int, error: str) -> None:
    result = shell(script)
    assert (result.returncode, result.stderr) == (code, error)


def test_a_closed_standard_output_is_no_trouble_where_nothing_is_printed(tmp_path: Path) -> None:
    result = shell(f"echo hi | $A compress -o '{tmp_path}/out' >&-")
    assert (result.returncode, result.stderr) == (0, "")
    assert aura.decompress((tmp_path / "out").read_bytes()) == b"hi\n"


def test_output_in_ascii_spells_out_other_characters() -> None:
    result = shell("$A demo", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (result.returncode, result.stderr) == (0, "")
    assert "messages came back identical" in result.stdout


@pytest.fixture
def heeded_signals() -> Iterator[None]:
    """Processes that are started heed SIGINT, also where the tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded_signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("threads", [1, 3])
def test_interrupted_training_ends_soon_and_leaves_nothing_behind(
    number: signal.Signals, code: int, threads: int, tmp_path: Path
) -> None:
    draw = random.Random(1)
    words = ["".join(draw.choices("abcdefgh", k=7)) for _ in range(2000)]
    corpus = tmp_path / "corpus"
    corpus.write_text("\n".join(" ".join(draw.choices(words, k=9)) for _ in range(40_000)))
    spill = tmp_path / "spill"
    spill.mkdir()
    using = ["--spill", str(spill), "--threads", str(threads), "--memory", "256MiB", "--no-scrub"]
    command = [*AURA, "train", "-", "-o", str(tmp_path / "mine.aura"), *using]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdin is not None
        process.stdin.write(corpus.read_bytes())  # more than a pipe holds: it is past the imports
        process.stdin.close()
        time.sleep(2)
        process.send_signal(number)
        started = time.monotonic()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == code
    assert time.monotonic() - started < 10  # a second or so, where nothing else runs
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["corpus", "spill"]
    assert not list(spill.iterdir())


def test_a_command_that_is_not_interrupted_ends_as_others(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)

    def command(code: int) -> None:
        raise SystemExit(code)

    for code in (0, 3, 130, 143):
        with pytest.raises(SystemExit):
            run(lambda code=code: command(code))  # type: ignore[misc]
    assert ended == [130, 143]


def test_termination_is_an_interruption_only_while_training() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Terminated), terminable():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.thorough
def test_sixty_four_mebibytes_go_through_pipes(tmp_path: Path) -> None:
    path = tmp_path / "large"
    line = b"2026-02-03 10:00:00,%03d INFO worker-%d finished job %d in %d ms\n"
    part = b"".join(line % (n % 1000, n % 7, 7919 * n % 9973, n % 61) for n in range(20_000))
    path.write_bytes((part * 60)[: 64 << 20])
    assert path.stat().st_size == 64 << 20
    compress = "$A compress --level 1 --no-chunked"
    script = f"{compress} < '{path}' | tee '{tmp_path}/wire' | $A decompress | cmp - '{path}'"
    result = shell(script)
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / "wire").stat().st_size < 32 << 20
