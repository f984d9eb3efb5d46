"""The golden vectors: what is committed is what the generator writes, and every implementation passes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from typer.testing import CliRunner

from aura.backend import BACKENDS
from aura_spec.errors import Code
from aura_vectors import corpus
from aura_vectors.__main__ import app
from aura_vectors.case import FAST, REFERENCE, Case, CaseType, confirm, offers
from aura_vectors.case_types.message import NOTHING, valid
from aura_vectors.chapters import CHAPTERS
from aura_vectors.corpus import DIGESTS
from aura_vectors.file import dumps, from_json
from aura_vectors.flags import NOTES, Flag
from aura_vectors.profiles import PROFILES, RESULTS, result_of

VECTORS = Path(__file__).parent.parent / "vectors"
FILES = sorted(VECTORS.glob("*.json"))
SCHEMAS = {path.name: json.loads(path.read_text()) for path in (VECTORS / "schemas").iterdir()}
REGISTRY = Registry().with_resources(
    [(name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()]
)
SHARED = {"integer", "template match", "weights of codes", "slots of positions"}
"""CaseTypes of what the specification itself carries out for every implementation, and of what has no function."""
IMPLEMENTATIONS = sorted({REFERENCE, FAST, *BACKENDS})


@cache
def content_of(name: str) -> dict[str, object]:
    return json.loads((VECTORS / name).read_text(encoding="ascii"))


@cache
def cases_of(chapter: str) -> list[tuple[str, Case, CaseType]]:
    return list(from_json((VECTORS / f"{chapter}.json").read_text(encoding="ascii")))


ALL = [case for chapter in CHAPTERS for case in cases_of(chapter)]


@pytest.mark.thorough
def test_committed_vectors_are_up_to_date(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["vectors", str(tmp_path)]).exit_code == 0
    files = [path for path in (*FILES, *(VECTORS / "data").iterdir()) if path.name != DIGESTS]
    committed = {path.relative_to(VECTORS): path.read_text(encoding="ascii") for path in files}
    written = {
        path.relative_to(tmp_path): path.read_text(encoding="ascii") for path in tmp_path.rglob("*.json")
    }
    assert committed == written


def test_manifest_has_the_digests_of_data() -> None:
    data = {entry["name"]: entry["sha256"] for entry in content_of("MANIFEST.json")["data"]}
    assert data == {
        f"data/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (VECTORS / "data").iterdir()
    }


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_fit_their_schema(path: Path) -> None:
    content = content_of(path.name)
    schema = SCHEMAS[Path(content["schema"]).name]
    Draft202012Validator(schema, registry=REGISTRY).validate(content)


def test_schemas_refuse_what_has_no_place() -> None:
    """As an example: a field that no case type has, a case without an error, one with two results."""
    validator = Draft202012Validator(SCHEMAS["cases.json"], registry=REGISTRY)
    content = json.loads(json.dumps(content_of("stored.json")))
    refused = content["groups"][-1]["tests"][-1]
    for change in ({"unknown": 1}, {"error": "Wrong"}, {"text_hex": ""}, {"flags": []}, {"result": "maybe"}):
        before = dict(refused)
        refused |= change
        assert not validator.is_valid(content)
        refused.clear()
        refused.update(before)
    assert validator.is_valid(content)


TAKE_LONG = {
    "257^32 entries in a few bytes",
    "a second level of 257 times 256 entries, above the limit",
    "as many entries as the size allows",
    "1048577 bytes, one more than a string may code",
    "a long match at distance 1, more lanes, level 1",
    "a string of 65537 bytes",
    "65537 bytes, one more than an adaptive message may have",
    "65537 bytes, one more than a fuzzy frame may have",
    "a full block",
    "what stood a whole window back",
    "a frame longer than a block, and one more",
}
"""Comments of cases that take some implementation more than a second."""


def confirm_cases(chapter: str, implementation: str, *, long: bool) -> None:
    for _, case, case_type in cases_of(chapter):
        if (case.comment in TAKE_LONG) is not long:
            continue
        confirm(case, case_type, implementation)
        # the native core has no functions for parts of messages and files
        whole = (
            FAST if implementation == "native" and not offers("native", case, case_type) else implementation
        )
        assert offers(whole, case, case_type) or case_type.name in SHARED


SLOW_WITH_COVERAGE = {
    (FAST, "auralite"),
    (FAST, "char_runs"),
    (FAST, "model"),
    (FAST, "prefix"),
    (REFERENCE, "brio2"),
    (REFERENCE, "stream"),
}
"""Implementations and chapters that take five times as long with coverage; other tests cover the same lines."""


@pytest.mark.parametrize(
    ("chapter", "implementation"),
    [
        pytest.param(
            chapter,
            implementation,
            marks=pytest.mark.no_cover if (implementation, chapter) in SLOW_WITH_COVERAGE else (),
        )
        for chapter in CHAPTERS
        for implementation in IMPLEMENTATIONS
    ],
)
def test_implementations_pass_every_committed_case(chapter: str, implementation: str) -> None:
    """Those that take long follow. What no implementation has a function for is what all share."""
    confirm_cases(chapter, implementation, long=False)


LONG = sorted({name for name in CHAPTERS for _, case, _ in cases_of(name) if case.comment in TAKE_LONG})


@pytest.mark.thorough
@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("chapter", LONG)
def test_implementations_pass_the_long_cases(chapter: str, implementation: str) -> None:
    confirm_cases(chapter, implementation, long=True)


def test_the_long_cases_and_the_slow_chapters_are_there() -> None:
    assert {case.comment for _, case, _ in ALL} >= TAKE_LONG
    assert {chapter for _, chapter in SLOW_WITH_COVERAGE} <= set(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_cases_are_numbered(chapter: str) -> None:
    names = [name for name, _, _ in cases_of(chapter)]
    assert names == [f"{chapter}/{number:04}" for number in range(len(names))]


def test_no_case_stands_twice() -> None:
    for chapter in CHAPTERS:
        shared = {id(case_type): repr(case_type.shared()) for _, _, case_type in cases_of(chapter)}
        seen = [
            (case_type.name, case.wire, repr(case.given), repr(case.encode), shared[id(case_type)])
            for _, case, case_type in cases_of(chapter)
        ]
        assert len(set(seen)) == len(seen)


def test_every_error_code_that_a_message_can_have_has_a_case() -> None:
    assert {case.code for _, case, _ in ALL} == {None, *Code}


def test_every_flag_has_a_note_and_a_case() -> None:
    assert set(NOTES) == set(Flag)
    files = [content_of(f"{chapter}.json") for chapter in CHAPTERS]
    used = {
        flag
        for content in files
        for group in content["groups"]
        for case in group["tests"]
        for flag in case["flags"]
    }
    assert used == set(Flag) == {name for content in files for name in content["notes"]}


def test_the_manifest_tells_what_there_is() -> None:
    manifest = content_of("MANIFEST.json")
    assert [entry["name"] for entry in manifest["files"]] == [f"{chapter}.json" for chapter in CHAPTERS]
    for entry in manifest["files"]:
        assert entry["sha256"] == hashlib.sha256((VECTORS / entry["name"]).read_bytes()).hexdigest()
        assert entry["count"] == content_of(entry["name"])["count"] == sum(entry["results"].values())
    for model in manifest["models"]:
        data = (VECTORS.parent / model["path"]).read_bytes()
        assert model["sha256"] == hashlib.sha256(data).hexdigest()
    assert manifest["count"] == len(ALL) >= 6750


def test_profiles_can_be_told_from_the_files_alone() -> None:
    """With the few lines that a runner in any language needs."""
    manifest = content_of("MANIFEST.json")
    counts = Counter(
        name
        for chapter in CHAPTERS
        for group in content_of(f"{chapter}.json")["groups"]
        for case in group["tests"]
        for name, profile in manifest["profiles"].items()
        if group["case_type"] in profile["case_types"]
        and case["result"] in profile["results"]
        and not set(case.get("requires", ())) & set(profile["without"])
    )
    assert counts == {name: profile["count"] for name, profile in manifest["profiles"].items()}
    assert all(
        any(profile.has(case, case_type) for profile in PROFILES.values()) for _, case, case_type in ALL
    )
    assert {result_of(case) for _, case, _ in ALL} == set(RESULTS)


def test_the_vectors_stay_small() -> None:
    assert sum(path.stat().st_size for path in VECTORS.rglob("*") if path.is_file()) < 5 << 20


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


FEW, _ = corpus.COUNTS


@pytest.mark.no_cover
def test_the_first_random_messages_are_those_of_the_committed_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is checked by ``python -m aura_vectors check``."""
    monkeypatch.setattr(corpus, "COUNTS", (FEW,))
    content = content_of(DIGESTS)
    first = [row for row in content["digests"] if row["count"] == FEW]
    path = tmp_path / DIGESTS
    path.write_text(dumps({**content, "digests": first}))
    assert CliRunner().invoke(app, ["check", str(tmp_path)]).exit_code == 0
    path.write_text("{}\n")
    assert CliRunner().invoke(app, ["check", str(tmp_path)]).exit_code == 1
    assert CliRunner().invoke(app, ["check", str(tmp_path), "--write"]).exit_code == 0
    assert json.loads(path.read_text())["digests"] == first


def test_random_messages_are_printed_line_by_line() -> None:
    output = CliRunner().invoke(app, ["corpus", "--seed", str(corpus.SEED), "--count", str(FEW)]).stdout
    digest = hashlib.sha256(output.encode("ascii")).hexdigest()
    assert {"count": FEW, "sha256": digest} in content_of(DIGESTS)["digests"]
    assert len(output.splitlines()) == FEW + 1


def test_random_messages_are_of_every_method_and_depend_on_the_seed() -> None:
    items = [corpus.item(7, number) for number in range(300)]
    assert {item.method for item in items} == {
        "auralite",
        "auralite explicit",
        "adaptive",
        "adaptive explicit",
        "stored",
        "classic",
        "typed",
        "modelled",
        "fuzzy",
        "brio",
        "brio2",
    }
    assert items[:9] != [corpus.item(8, number) for number in range(9)]


def test_a_wrong_text_is_told() -> None:
    with pytest.raises(AssertionError, match="reads b'a'"):
        corpus.ask(REFERENCE, corpus.Item("stored", b"\x07a", b"b"))
