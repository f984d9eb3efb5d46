"""The native core is compiled where a compiler works, and else there is a clear error."""

from __future__ import annotations

from pathlib import Path

import pytest

from native import build


@pytest.mark.parametrize(("compiler", "reason"), [("/nowhere/cc", "cannot be run"), ("false", "fails")])
def test_no_compiler(compiler: str, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CC", compiler)
    with pytest.raises(build.BuildError, match=reason):
        build.build(tmp_path)


def test_the_digest_is_of_all_sources() -> None:
    assert {path.suffix for path in build.SOURCES.glob("*.[ch]")} == {".c", ".h"}
    assert len(build.digest()) == 16
