"""The golden vectors: what is committed is what the generator writes, and every implementation passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aura.backend import BACKENDS
from aura_spec.errors import Code
from aura_vectors.__main__ import main, render
from aura_vectors.case import FAST, REFERENCE, Case, Form, confirm, offers
from aura_vectors.families import FAMILIES
from aura_vectors.file import from_json
from aura_vectors.forms.message import NOTHING, valid

VECTORS = Path(__file__).parent.parent / "vectors"
FILES = sorted(VECTORS.glob("*.json"))
IMPLEMENTATIONS = sorted({REFERENCE, FAST, *BACKENDS})


def cases_of(family: str) -> list[tuple[str, Case, Form]]:
    return list(from_json((VECTORS / f"{family}.json").read_text(encoding="ascii")))


def test_committed_vectors_are_up_to_date() -> None:
    rendered = render()
    assert {path.name: path.read_text(encoding="ascii") for path in FILES} == rendered


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("family", FAMILIES)
def test_implementations_pass_every_committed_case(family: str, implementation: str) -> None:
    """Each passes what it has functions for; the reference has them all."""
    asked = 0
    for _, case, form in cases_of(family):
        confirm(case, form, implementation)
        asked += offers(implementation, case, form)
    if not asked and implementation != REFERENCE:
        pytest.skip(f"{implementation} has nothing of this chapter")
    assert implementation != REFERENCE or asked == len(cases_of(family))


@pytest.mark.parametrize("family", FAMILIES)
def test_cases_are_numbered(family: str) -> None:
    names = [name for name, _, _ in cases_of(family)]
    assert names == [f"{family}/{number:04}" for number in range(len(names))]


def test_no_case_stands_twice() -> None:
    for family in FAMILIES:
        seen = [
            (case.wire, repr(case.given), repr(case.encode), repr(form.shared()))
            for _, case, form in cases_of(family)
        ]
        assert len(set(seen)) == len(seen)


def test_every_error_code_that_a_message_can_have_has_a_case() -> None:
    assert {case.code for family in FAMILIES for _, case, _ in cases_of(family)} == {None, *Code}


def test_the_manifest_counts_every_case() -> None:
    manifest = json.loads((VECTORS / "MANIFEST.json").read_text(encoding="ascii"))
    assert manifest["count"] == sum(entry["count"] for entry in manifest["files"].values()) > 800
    assert set(manifest["files"]) == {f"{family}.json" for family in FAMILIES}


def test_the_vectors_stay_small() -> None:
    assert sum(path.stat().st_size for path in FILES) < 5 << 20


@pytest.mark.parametrize(
    "case",
    [
        valid("decodes to something else", (), b"\x07a", b"b"),
        Case("is not refused", (), b"\x07a", code=Code.MALFORMED),
        Case("is refused with another code", (), b"", code=Code.MALFORMED),
        valid(
            "encodes to something else",
            (),
            bytes.fromhex("040000190000616263"),
            b"abc",
            {"method": "stored"},
        ),
    ],
    ids=lambda case: case.comment,
)
def test_the_generator_confirms_what_it_writes(case: Case) -> None:
    with pytest.raises(AssertionError):
        confirm(case, NOTHING)


def test_the_files_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["aura_vectors", str(tmp_path)])
    main()
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in FILES}
