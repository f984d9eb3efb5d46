"""The golden vectors: what is committed is what the generator writes, and the reference passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aura_spec.errors import Code
from aura_vectors.__main__ import main, render
from aura_vectors.case import Case, Setting, confirm, from_json
from aura_vectors.families import FAMILIES

VECTORS = Path(__file__).parent.parent / "vectors"
FILES = sorted(VECTORS.glob("*.json"))


def test_committed_vectors_are_up_to_date() -> None:
    rendered = render()
    assert {path.name: path.read_text(encoding="ascii") for path in FILES} == rendered


@pytest.mark.parametrize("family", FAMILIES)
def test_the_reference_passes_every_committed_case(family: str) -> None:
    cases = list(from_json((VECTORS / f"{family}.json").read_text(encoding="ascii")))
    names = [name for name, _, _ in cases]
    assert names == [f"{family}/{number:04}" for number in range(len(cases))]
    for _, case, setting in cases:
        confirm(case, setting)


def test_every_error_code_that_a_message_can_have_has_a_case() -> None:
    codes = {
        case.code
        for path in FILES
        if path.stem in FAMILIES
        for _, case, _ in from_json(path.read_text(encoding="ascii"))
    }
    assert codes == {None, *Code}


def test_the_manifest_counts_every_case() -> None:
    manifest = json.loads((VECTORS / "MANIFEST.json").read_text(encoding="ascii"))
    assert manifest["count"] == sum(entry["count"] for entry in manifest["files"].values()) > 800
    assert set(manifest["files"]) == {f"{family}.json" for family in FAMILIES}


@pytest.mark.parametrize(
    "case",
    [
        Case("decodes to something else", (), b"\x07a", b"b"),
        Case("is not refused", (), b"\x07a", code=Code.MALFORMED),
        Case("is refused with another code", (), b"", code=Code.MALFORMED),
        Case(
            "encodes to something else", (), bytes.fromhex("040000190000616263"), b"abc", {"method": "stored"}
        ),
    ],
    ids=lambda case: case.comment,
)
def test_the_generator_confirms_what_it_writes(case: Case) -> None:
    with pytest.raises(AssertionError):
        confirm(case, Setting())


def test_the_files_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["aura_vectors", str(tmp_path)])
    main()
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in FILES}
