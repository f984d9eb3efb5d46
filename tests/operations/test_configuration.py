"""Flags win over the environment, that over the file, that over the preset; what is wrong is named."""

from __future__ import annotations

import json
import os
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.operations.extra import needed

import aura
from aura.configuration import Configuration, ConfigurationError, Kind, load, parse
from aura.configuration.complaints import SETTINGS
from aura.configuration.configuration import values_of
from aura.configuration.fields import Needs
from aura.configuration.loading import text_flags
from aura.configuration.places import flat, lines_of, nested, variable_of
from aura.configuration.presets import PRESETS
from aura.connections.session import Settings

needed("pydantic_settings")


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variables and no file of whoever runs the tests."""
    for name in os.environ:
        if name.upper().startswith("AURA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def problems(content: str = "", **flags: object) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse(content, flags=flags)
    return [str(problem) for problem in caught.value.problems]


def test_without_anything_the_settings_are_those_of_the_library() -> None:
    found = load()
    assert found.path is None
    assert {found.place(key).kind for key in SETTINGS} == {Kind.DEFAULT}
    made = found.codec()
    usual = aura.Codec()
    assert isinstance(made, aura.Codec)
    for name in ("level", "backend", "check", "explicit_model", "max_size"):
        assert getattr(made, name) == getattr(usual, name)
    ours, theirs = found.settings(), Settings()
    for name in Settings.__dataclass_fields__:
        if name != "models":
            assert getattr(ours, name) == getattr(theirs, name), name


PLACES = ("flag", "environment", "file", "preset")


@pytest.mark.parametrize("absent", range(len(PLACES) + 1))
def test_the_first_place_that_says_something_wins(absent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """``cache.size`` from each place, the first ``absent`` of which say nothing."""
    said = PLACES[absent:]
    if "environment" in said:
        monkeypatch.setenv("AURA_CACHE__SIZE", "2")
    preset = 'preset = "fastest"\n' if "preset" in said else ""
    content = preset + ("[cache]\nsize = 3\n" if "file" in said else "")
    found = parse(content, flags={"cache.size": 1} if "flag" in said else {})
    expected = {"flag": 1, "environment": 2, "file": 3, "preset": 8192}
    assert found.cache.size == (expected[said[0]] if said else 0)
    assert found.place("cache.size").kind == (said[0] if said else "default")


@pytest.mark.parametrize("place", ["flag", "environment", "file"])
def test_the_preset_may_be_named_anywhere(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if place == "environment":
        monkeypatch.setenv("AURA_PRESET", "smallest")
    content = 'preset = "smallest"' if place == "file" else ""
    found = parse(content, flags={"preset": "smallest"} if place == "flag" else {})
    assert found.level == 3
    assert str(found.place("level")) == "preset smallest"
    assert found.place("preset").kind == place


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_right_and_make_codecs(name: str) -> None:
    found = parse("", flags={"preset": name})
    for key, value in PRESETS[name].items():
        assert found.value(key) == value
    codec = found.codec()
    assert codec.decompress(codec.compress("yes, of course")) == b"yes, of course"
    assert found.settings().level == found.level


@settings(max_examples=25)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "level": st.integers(0, 3),
            "check": st.booleans(),
            "streams.check": st.sampled_from([4, 8, 16, 32]),
            "limits.max_size": st.integers(0, 1 << 40),
            "alerts.ratio": st.floats(0, 1e6),
            "alerts.hits": st.sampled_from([False, 0.25]),
            "audit.fsync": st.sampled_from(["always", "never", 2.5]),
            "models": st.lists(st.sampled_from(["a.aura", "small"]), max_size=3),
        },
    )
)
def test_a_variable_a_flag_and_a_line_mean_the_same(values: dict[str, Any]) -> None:
    by_flag = values_of(parse("", flags=values))
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in values.items()]
    assert values_of(parse("".join(lines))) == by_flag
    texts = {
        key: json.dumps(value) if isinstance(value, list | bool) else str(value)
        for key, value in values.items()
    }
    with pytest.MonkeyPatch.context() as patch:
        for key, text in texts.items():
            patch.setenv(variable_of(key), text)
        assert values_of(parse("")) == by_flag
    for key, value in values.items():
        if value is not False or key == "check":
            assert by_flag[key] == value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("levell = 1", "aura.toml, line 1: levell is not a setting; did you mean level?"),
        (
            "\n[streams]\nmemoryx = 1",
            "aura.toml, line 3: streams.memoryx is not a setting; did you mean streams.memory?",
        ),
        ("max_size = 1", "aura.toml, line 1: max_size is not a setting; did you mean limits.max_size?"),
        ("[stream]\nmemory = 0", "aura.toml, line 1: stream is not a setting; did you mean streams?"),
        (
            "[cache]\nmax_size = 1",
            "aura.toml, line 2: cache.max_size is not a setting; did you mean limits.max_size?",
        ),
        ("qqqqq = 1", "aura.toml, line 1: qqqqq is not a setting"),
        ("level = 7", "aura.toml, line 1: level is 7, not a whole number from 0 to 3"),
        ("level = true", "aura.toml, line 1: level is true, not a whole number from 0 to 3"),
        ('level = "high"', 'aura.toml, line 1: level is "high", not a whole number from 0 to 3'),
        (
            'preset = "tiny"',
            'aura.toml, line 1: preset is "tiny", not one of safe, balanced, smallest, fastest',
        ),
        ("preset = [1]", "aura.toml, line 1: preset is [1], not one of safe, balanced, smallest, fastest"),
        ("check = 2", "aura.toml, line 1: check is 2, not true or false"),
        ("streams = 1", "aura.toml, line 1: streams is 1, not a table"),
        ("streams.check = 5", "aura.toml, line 1: streams.check is 5, not one of 4, 8, 16, 32"),
        (
            "streams = {memory = 9}",
            'aura.toml, line 1: streams.memory is 9, not "auto", 0, or a size from 26624 to',
        ),
        (
            '[limits]\nmax_size = "much"',
            'aura.toml, line 2: limits.max_size is "much", not a whole number from 0',
        ),
        ("[alerts]\nhits = 1.5", "aura.toml, line 2: alerts.hits is 1.5, not a number from 0 to 1, or off"),
        ("[alerts]\nlag = nan", "aura.toml, line 2: alerts.lag is NaN, not a number from 0, or off"),
        ("[alerts]\nlag = true", "aura.toml, line 2: alerts.lag is true, not a number from 0, or off"),
        (
            '[audit]\nfsync = "often"',
            'aura.toml, line 2: audit.fsync is "often", not "always", "never", or a number',
        ),
        ("[audit]\nfsync = -1", 'aura.toml, line 2: audit.fsync is -1, not "always"'),
        (
            '[audit]\nredact = ["names"]',
            'line 2: audit.redact is ["names"], not a list of sensitive, content, user',
        ),
        ("models = 5", "aura.toml, line 1: models is 5, not a list of paths, or of default and small"),
        ("models = [5]", "aura.toml, line 1: models is [5], not a list of paths, or of default and small"),
        ("[templates]\nmax_hot = 5", "aura.toml, line 2: templates.max_hot is given without templates.store"),
        ("a b", "aura.toml: is not TOML: Expected '=' after a key in a key/value pair (at line 1, column 3)"),
        (f'model = "{"m" * 99}"\nlevel = "{"x" * 99}"', "…, not a whole number from 0 to 3"),
    ],
)
def test_what_is_wrong_is_named(content: str, said: str) -> None:
    [text] = problems(content)
    assert said in text


def test_all_that_is_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURA_STREAMS__CHECK", "5")
    found = problems("level = 9\n[window]\nseconds = 0\n", **{"cache.size": -1, "cache.sizze": 1})
    assert sorted(found) == [
        "aura.toml, line 1: level is 9, not a whole number from 0 to 3",
        "aura.toml, line 3: window.seconds is 0.0, not a number from 1",
        "flag cache.size: cache.size is -1, not a whole number from 0 to 16777216",
        "flag cache.sizze: cache.sizze is not a setting; did you mean cache.size?",
        'variable AURA_STREAMS__CHECK: streams.check is "5", not one of 4, 8, 16, 32',
    ]


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"aura.toml, line 2: is not UTF-8"):
        parse(b"level = 1\nmodel = '\xff'\n")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AURA_LEVELL", "3", "variable AURA_LEVELL: is not a setting; did you mean AURA_LEVEL?"),
        ("AURA_STREAMS__MEMORYX", "3", "is not a setting; did you mean AURA_STREAMS__MEMORY?"),
        ("AURA_ZZZ__QQQ", "3", "variable AURA_ZZZ__QQQ: is not a setting"),
        ("AURA_STREAMS", "x", 'variable AURA_STREAMS: streams is "x", not a table'),
        (
            "AURA_STREAMS",
            '{"check": 5}',
            "variable AURA_STREAMS: streams.check is 5, not one of 4, 8, 16, 32",
        ),
        (
            "AURA_ALERTS__LAG",
            "inf",
            'variable AURA_ALERTS__LAG: alerts.lag is "inf", not a number from 0, or off',
        ),
        ("aura_level", "x", 'variable aura_level: level is "x", not a whole number from 0 to 3'),
    ],
)
def test_variables_that_are_wrong_are_named(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    [text] = problems()
    assert text.endswith(said)


def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AURA_SERVICE_HOST", "AURA_PORT_8800_TCP", "AURA_NATIVE", "AURA_PYTHON"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("AURA_LEVEL", "")
    assert parse("").level == 2


def test_variables_take_json_and_lists_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURA_STREAMS", '{"check": 8}')
    monkeypatch.setenv("AURA_STREAMS__MEMORY", "32KiB")
    monkeypatch.setenv("AURA_AUDIT__REDACT", "sensitive, user")
    found = parse("")
    assert (found.streams.check, found.streams.memory) == (8, 1 << 15)
    assert found.audit.redact == ("sensitive", "user")
    assert str(found.place("streams.check")) == "variable AURA_STREAMS"


def test_the_variable_of_the_backend_means_what_it_always_did(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURA_BACKEND", "reference")
    assert aura.Codec().backend == "reference"
    assert parse("backend = 'fast'").backend == "reference"
    assert parse("").codec().backend == "reference"  # type: ignore[attr-defined]
    monkeypatch.setenv("AURA_BACKEND", "")
    assert parse("backend = 'fast'").backend == "fast"


KEY = "00112233445566778899aabbccddeeff"


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURA_AUDIT__KEY", KEY)
    found = parse("")
    assert found.audit.key is not None
    assert found.audit.key.get_secret_value() == KEY
    assert values_of(found)["audit.key"] == "(set)"
    assert KEY not in f"{found!r} {found} {found.shown()} {found.model_dump_json()}"
    monkeypatch.setenv("AURA_AUDIT__KEY", KEY[:9])
    assert problems() == [
        "variable AURA_AUDIT__KEY: audit.key is not 32 or more hexadecimal digits, an even number of them"
    ]


def test_secrets_do_not_belong_into_files_and_flags() -> None:
    said = "audit.key is a secret, which belongs into AURA_AUDIT__KEY or the file that audit.key_file names"
    assert problems(f'[audit]\nkey = "{KEY}"') == [f"aura.toml, line 2: {said}"]
    assert problems("", **{"audit.key": KEY}) == [f"flag audit.key: {said}"]


def test_one_key_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURA_AUDIT__KEY", KEY)
    assert problems('[audit]\nkey_file = "k"') == [
        "aura.toml, line 2: audit.key_file is given as well as audit.key"
    ]


def test_the_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "aura.toml").write_text("level = 1")
    (tmp_path / "other.toml").write_bytes(b"\xef\xbb\xbflevel = 3")
    assert load().level == 1
    assert load("other.toml").level == 3
    monkeypatch.setenv("AURA_CONFIG", "other.toml")
    assert load().level == 3
    assert load("aura.toml").level == 1
    with pytest.raises(FileNotFoundError):
        load("nowhere.toml")


def test_an_error_goes_to_another_process() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse("level = 9")
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # ours
    assert copy.problems == caught.value.problems
    assert str(copy) == str(caught.value)


def test_nothing_can_be_changed() -> None:
    found = Configuration()
    with pytest.raises(ValueError, match="frozen"):
        found.level = 3
    with pytest.raises(KeyError):
        found.value("streams.colour")


@given(st.text(alphabet='ab=[]."\n# {}1,', max_size=60))
def test_lines_are_found_in_any_text(text: str) -> None:
    for key, line in lines_of(text).items():
        assert key.rpartition(".")[2] in text.splitlines()[line - 1]


def test_tables_and_keys_with_dots_are_the_same() -> None:
    tables: dict[str, object] = {"a": 1, "b": {"c": 2, "d": 3}}
    assert nested(flat(tables)) == tables
    assert text_flags({"a": "1", "b": "x y", "c": "on\nd = 2"}) == {"a": 1, "b": "x y", "c": "on\nd = 2"}


def test_every_setting_says_what_it_takes() -> None:
    for key, setting in SETTINGS.items():
        assert setting.text.endswith(".")
        assert setting.allowed, key
        assert setting.needs in Needs


GUIDE = Path(__file__).parents[2] / "docs/guide/configuration.md"


def test_the_guide_has_every_setting_and_preset() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([\w.]+)` \| (.*) \|$", text, re.MULTILINE))
    for key, setting in SETTINGS.items():
        default = (
            "" if setting.default is None or setting.default == () else f"`{json.dumps(setting.default)}`"
        )
        expected = f"{default} | {setting.text} | {setting.allowed} | {setting.needs}"
        assert rows.get(key) == expected, f"| `{key}` | {expected} |"
    for name, values in PRESETS.items():
        for key, value in values.items():
            assert re.search(rf"^\| `{key}` \|.*`{json.dumps(value)}`.*\|$", text, re.MULTILINE), (name, key)
