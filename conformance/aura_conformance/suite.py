"""The golden vectors, and the checks that are made of them.

A case that can be read makes a check of decoding; a canonical one also makes a check of encoding. A check is
named by the id of its case and its direction, as in ``varint/0003:encode``. Globs select checks: they are held
against the name and against the id of the case, and their ``*`` matches slashes, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Final, TypedDict, cast

Fields = Mapping[str, object]
"""An object as JSON has it."""


class SuiteError(Exception):
    """The vectors are not there, or not what their manifest says."""


class Direction(StrEnum):
    """What an implementation is asked about a case."""

    DECODE = "decode"
    ENCODE = "encode"


class Result(StrEnum):
    """What is known of the wire of a case."""

    CANONICAL = "canonical"
    DECODABLE = "decodable"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Model:
    """A model file that both ends hold.

    Attributes:
        id: ``sha256:`` and the digest of the file.
        data: the file.
    """

    id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Bug:
    """A mistake that a case catches.

    Attributes:
        flag: its name.
        text: what an implementation does that makes it; what the name says, if the vectors do not explain it.
        effect: what it leads to.
    """

    flag: str
    text: str
    effect: str

    def __str__(self) -> str:
        return f"{self.flag}: it {self.text}" + f" ({self.effect})" * bool(self.effect)


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the vectors.

    Attributes:
        id: chapter and number.
        comment: what the case shows.
        rules: ids of the rules it rests on.
        result: what is known of the wire.
        wire: what is decoded, and what encoding gives; hexadecimal digits.
        case_type: what the wire is; ``MESSAGE`` for a message.
        told: what an implementation is told beside wire and value: what both ends hold, and what else is given.
        model: that both ends hold, if there is one.
        value: what the wire says; nothing if it is invalid.
        encode: how a message is encoded: method and arguments; None unless the case is canonical.
        error: the code with which an invalid wire is refused; else empty.
        needs: what is needed beside the formats of the specification.
        bugs: mistakes that the case catches.
        trace: what happens on the way, step by step.
        follows: the id of the case whose wire a receiver was handed last before this one; empty if there is none.
    """

    id: str
    comment: str
    rules: tuple[str, ...]
    result: Result
    wire: str
    case_type: str
    told: Fields
    model: Model | None
    value: Fields
    encode: Fields | None
    error: str
    needs: frozenset[str]
    bugs: tuple[Bug, ...]
    trace: Sequence[Fields]
    follows: str = ""

    @property
    def chapter(self) -> str:
        """The chapter."""
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Check:
    """One question to an implementation."""

    case: Case
    direction: Direction

    @property
    def name(self) -> str:
        """Id of the case and direction."""
        return f"{self.case.id}:{self.direction}"

    @property
    def is_level_zero(self) -> bool:
        """Whether it is a message that can be decoded with no more than a model."""
        case = self.case
        plain = not case.told.get("templates") and not case.told.get("phrases")
        usual = case.told.get("max_size") == DEFAULT_MAX_SIZE
        return self.direction is Direction.DECODE and case.case_type == MESSAGE and plain and usual

    def matches(self, globs: Iterable[str]) -> bool:
        """Whether one of the globs stands for it."""
        names = self.name, self.case.id, self.case.chapter
        return any(fnmatchcase(name, glob) for glob in globs for name in names)


@dataclass(frozen=True, slots=True)
class Profile:
    """What an implementation has to be able to do to be called by this name.

    Attributes:
        about: what it does.
        directions: that are asked.
        case_types: of its cases.
        results: of its cases.
        without: cases that need one of these are left out.
    """

    about: str
    directions: frozenset[str]
    case_types: frozenset[str]
    results: frozenset[str]
    without: frozenset[str]

    def requires(self, check: Check) -> bool:
        """Whether the check is one of the profile's."""
        case = check.case
        asked = check.direction in self.directions and case.case_type in self.case_types
        return asked and case.result in self.results and not case.needs & self.without


@dataclass(frozen=True)
class Suite:
    """All vectors of a directory.

    Attributes:
        spec: the version of the specification.
        cases: in the order of the files in the manifest.
        profiles: by name.
    """

    spec: str
    cases: Sequence[Case]
    profiles: Mapping[str, Profile]

    @cached_property
    def checks(self) -> Sequence[Check]:
        """The checks of all cases, in order."""
        return tuple(check for case in self.cases for check in _checks_of(case))


def _checks_of(case: Case) -> Iterator[Check]:
    yield Check(case, Direction.DECODE)
    if case.result is Result.CANONICAL:
        yield Check(case, Direction.ENCODE)


MESSAGE: Final = "message"

DEFAULT_MAX_SIZE: Final = str(1 << 26)
"""Rule LIM-1: the limit that an implementation has by itself."""

GIVEN: Final[Mapping[str, Sequence[str]]] = {
    "rans": ("count",),
    "payload": ("lanes", "batches"),
    "choices": ("choices",),
    "stream": ("before",),
    "session": ("before",),
    "event stream": ("step",),
}
"""By case type, the fields that a reader is told beside the wire. The other fields of a case are its value."""

_OWN: Final = {
    *("id", "comment", "flags", "rules", "requires", "result", "wire", "error", "offset", "encode", "trace"),
}
_OF_GROUPS: Final = {"case_type", "tests", "model", "model_id", "model_file", "model_sha256"}


class _Test(TypedDict, total=False):
    id: str
    comment: str
    rules: list[str]
    result: str
    wire: str
    error: str
    flags: list[str]
    requires: list[str]
    encode: dict[str, object]
    trace: list[dict[str, object]]


class _File(TypedDict, total=False):
    notes: dict[str, dict[str, object]]
    groups: list[dict[str, object]]


class _Manifest(TypedDict, total=False):
    spec: str
    files: list[dict[str, object]]
    profiles: dict[str, dict[str, object]]


def find_vectors() -> Path:
    """The vectors that are installed with the runner, or those of its checkout.

    Raises:
        SuiteError: there are none.
    """
    package = Path(__file__).parent
    for directory in (package / "vectors", package.parents[1] / "vectors"):
        if (directory / "MANIFEST.json").is_file():
            return directory
    raise SuiteError("no vectors are installed; name their directory with --vectors")


def load(directory: Path) -> Suite:
    """Read the files that the manifest names.

    Raises:
        SuiteError: a file is not there, or its digest is another one.
    """
    manifest = cast("_Manifest", json.loads(_read(directory / "MANIFEST.json", None)))
    models: dict[str, Model] = {}
    cases: list[Case] = []
    told: dict[str, str] = {}
    for entry in manifest["files"]:
        file = cast("_File", json.loads(_read(directory / str(entry["name"]), str(entry["sha256"]))))
        for group in file["groups"]:
            model = _model_of(group, directory, models)
            tests = cast("list[_Test]", group["tests"])
            cases += _in_order([_case(test, group, file, model) for test in tests], told)
    profiles = {name: _profile(entry) for name, entry in manifest.get("profiles", {}).items()}
    return Suite(manifest["spec"], cases, profiles)


def _read(path: Path, sha256: str | None) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SuiteError(f"{path} cannot be read: {error.strerror}") from error
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise SuiteError(f"{path} is not the file that the vectors were made with: its digest differs")
    return data


def _profile(entry: Fields) -> Profile:
    def names(field: str) -> frozenset[str]:
        return frozenset(cast("list[str]", entry[field]))

    directions = entry.get("directions", ["encode"] if entry["results"] == ["canonical"] else ["decode"])
    return Profile(
        str(entry["about"]),
        frozenset(cast("list[str]", directions)),
        names("case_types"),
        names("results"),
        names("without"),
    )


def _model_of(group: Fields, directory: Path, models: dict[str, Model]) -> Model | None:
    """The model of a group: in the file, or named by a path in the repository."""
    source = str(group.get("model", group.get("model_file", "")))
    if source and source not in models:
        if "model" in group:
            data = bytes.fromhex(source)
        else:
            data = _read(_place_of(source, directory), str(group["model_sha256"]))
        models[source] = Model(f"sha256:{hashlib.sha256(data).hexdigest()}", data)
    return models.get(source)


def _place_of(model_file: str, directory: Path) -> Path:
    """Where a model is that comes with the package: in the checkout of the vectors, or where that is installed."""
    in_checkout = directory.parent / model_file
    installed = Path(__file__).parents[1] / model_file.removeprefix("src/")
    return in_checkout if in_checkout.is_file() else installed


def _case(test: _Test, group: Fields, file: _File, model: Model | None) -> Case:
    case_type = str(group["case_type"])
    given = GIVEN.get(case_type, ())
    fields = cast("Fields", test)
    held = {name: value for name, value in group.items() if name not in _OF_GROUPS}
    notes = file.get("notes", {})
    result = Result(test["result"])
    return Case(
        id=test["id"],
        comment=test["comment"],
        rules=tuple(test["rules"]),
        result=result,
        wire=test["wire"],
        case_type=case_type,
        told={**held, **{name: fields[name] for name in given}},
        model=model,
        value={name: value for name, value in fields.items() if name not in _OWN and name not in given},
        encode=test.get("encode", {}) if result is Result.CANONICAL else None,
        error=test.get("error", ""),
        needs=frozenset(test.get("requires", ())),
        bugs=tuple(_bug(flag, notes.get(flag, {})) for flag in test.get("flags", ())),
        trace=test.get("trace", ()),
    )


def _in_order(cases: Sequence[Case], seen: dict[str, str]) -> Iterator[Case]:
    """The cases, each with the one that it follows: the last of the wires before it that is the wire of a case.

    Args:
        cases: of a group.
        seen: what a receiver was told in cases so far, with their ids; these are added to it.
    """
    for case in cases:
        before = case.told.get("before")
        if not isinstance(before, list):
            yield case
            continue
        ends = (_story(case, before[:size], _wire_of(before[size])) for size in reversed(range(len(before))))
        yield replace(case, follows=next((seen[story] for story in ends if story in seen), ""))
        seen.setdefault(_story(case, before, case.wire), case.id)


def _wire_of(step: object) -> str:
    """The wire that a step before a case hands to the receiver; empty if it hands none."""
    return str(step.get("received", "")) if isinstance(step, Mapping) else str(step)


def _story(case: Case, before: Sequence[object], wire: str) -> str:
    """All that a receiver was told, so that two can be compared."""
    model = "" if case.model is None else case.model.id
    return json.dumps([case.case_type, {**case.told, "before": before}, model, wire], sort_keys=True)


def _bug(flag: str, note: Mapping[str, object]) -> Bug:
    return Bug(flag, str(note.get("bug", "does what the name says")), str(note.get("effect", "")))
