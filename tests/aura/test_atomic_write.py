from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from aura.files import atomic_write

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


def test_a_file_is_made_with_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    atomic_write.write(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert names(tmp_path) == ["file", "plain"]


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o640)
    atomic_write.write(path, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)


@AS_ROOT
def test_a_replaced_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    os.chown(path, 1234, 5678)
    path.chmod(0o4750)
    atomic_write.write(path, b"new")
    status = path.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (1234, 5678, 0o4750)


def test_symbolic_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link, target = tmp_path / "link", tmp_path / "far" / "target"
    link.symlink_to("far/target")
    for content in (b"through a dangling link", b"through a link"):
        atomic_write.write(link, content)
        assert target.read_bytes() == content
        assert link.is_symlink()
    assert names(tmp_path / "far") == ["target"]


def test_a_fifo_is_written_to(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    content = bytes(range(256)) * 1024  # more than a pipe holds
    writer = threading.Thread(target=atomic_write.write, args=(fifo, content))
    writer.start()
    assert fifo.read_bytes() == content
    writer.join()
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_full_pipe_that_is_not_waited_for_is_an_error() -> None:
    """It is not asked over and over whether it takes more."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        with pytest.raises(BlockingIOError, match=f"/dev/fd/{writing}"):
            atomic_write.write(Path(f"/dev/fd/{writing}"), bytes(1 << 20))
    finally:
        os.close(reading)
        os.close(writing)


def device(directory: Path, name: str, minor: int) -> Path:
    """A device that a mistake may cost: for root one of its own."""
    if os.geteuid() != 0:
        return Path("/dev", name)
    path = directory / name
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, minor))
        path.open("wb").close()
    except PermissionError:
        pytest.skip("no devices can be made or used here")
    return path


def test_a_device_is_written_to(tmp_path: Path) -> None:
    null = device(tmp_path, "null", 3)
    before = null.stat()
    atomic_write.write(null, b"gone")
    assert os.path.samestat(before, null.stat())
    with pytest.raises(OSError, match=r"No space left on device: '.*/full'"):
        atomic_write.write(device(tmp_path, "full", 7), b"too much")


def test_standard_output_goes_on_where_it_stands(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"before ")
    program = (
        "from pathlib import Path; from aura.files import atomic_write; print('first ', end='', flush=True); "
        "atomic_write.write(Path('/dev/stdout'), b'second '); atomic_write.write(Path('/dev/fd/1'), b'third')"
    )
    with out.open("ab") as file:
        subprocess.run([sys.executable, "-c", program], stdout=file, check=True)  # noqa: S603
    assert out.read_bytes() == b"before first second third"
    assert names(tmp_path) == ["out"]


def test_content_that_fails_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def chunks() -> Iterator[bytes]:
        yield b"new"
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        atomic_write.write(path, chunks())
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_name_of_255_bytes_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    atomic_write.write(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    for failure in (OSError(28, "No space left on device"), KeyboardInterrupt()):

        def fail(_descriptor: int, failure: BaseException = failure) -> None:
            raise failure

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(type(failure)):
            atomic_write.write(path, b"new")
        assert path.read_bytes() == b"old"
        assert names(tmp_path) == ["file"]


def test_a_file_in_a_directory_that_takes_no_new_file_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.touch()
    inode = path.stat().st_ino

    def fail(*_: object) -> None:
        raise OSError(16, "Device or resource busy")  # as for a file that a container mounts

    monkeypatch.setattr(Path, "replace", fail)
    for content in (b"new", iter((b"n", b"ew"))):
        path.write_bytes(b"old and longer")
        atomic_write.write(path, content)
        assert (path.read_bytes(), path.stat().st_ino) == (b"new", inode)
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_permissions_of_files_and_directories_hold(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir()
    (shut / "open").write_bytes(b"old")
    (tmp_path / "kept").write_bytes(b"old")
    (tmp_path / "kept").chmod(0o444)
    shut.chmod(0o555)
    try:
        atomic_write.check(shut / "open")
        atomic_write.write(shut / "open", b"new")  # in place
        for path in (tmp_path / "kept", shut / "another"):
            with pytest.raises(PermissionError):
                atomic_write.check(path)
            with pytest.raises(PermissionError, match=path.name):
                atomic_write.write(path, b"new")
    finally:
        shut.chmod(0o755)
    assert (shut / "open").read_bytes() == b"new"
    assert (tmp_path / "kept").read_bytes() == b"old"


@pytest.mark.parametrize("find_out", [atomic_write.check, lambda path: atomic_write.write(path, b"new")])
def test_what_cannot_be_written_is_named(tmp_path: Path, find_out: object) -> None:
    assert callable(find_out)
    (tmp_path / "file").write_bytes(b"old")
    for name, reason in {
        "gone/file": "No such file or directory",
        "file/file": "Not a directory",
        ".": "Is a directory",
        "n" * 256: "File name too long",
    }.items():
        with pytest.raises(OSError, match=reason) as caught:
            find_out(tmp_path / name)
        assert ".aura-" not in str(caught.value)
    assert names(tmp_path) == ["file"]


def test_a_check_changes_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("new")
    for path in (
        tmp_path / "fifo",
        tmp_path / "link",
        tmp_path / "other",
        Path("/dev/null"),
        Path("/dev/stdout"),
    ):
        atomic_write.check(path)
    assert names(tmp_path) == ["fifo", "link"]
