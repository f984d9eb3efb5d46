from __future__ import annotations

import pytest

from aura.templates.slot_types import choices_of, kind_of


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-27", "300"], "int"),
        (["1.5", "2", "-0.25"], "decimal"),
        (["1e4f7d8e-54f0-4a0f-9f4b-0c1d2e3f4a5b"], "uuid"),
        (["9fe1c04b", "00ff00ff"], "hex"),
        (["007", "123", "020"], "word"),  # too short to be worth a length
        (["0007", "1234"], "hex"),
        (["add", "bed", "face"], "word"),  # by chance
        (["192.0.2.17"], "ipv4"),
        (["2001:db8::8a2e:370:7334"], "ipv6"),
        (["2026-03-01T06:30:00.125Z"], "timestamp"),
        (["Friday", "noon"], "word"),
        (["two words"], "text"),
        (["", "x"], "text"),
        (["7"] * 99 + ["unknown"], "int"),
    ],
)
def test_kinds(values: list[str], kind: str) -> None:
    assert kind_of(values) == kind


def test_enumerations() -> None:
    values = ["INFO"] * 8 + ["WARN"] * 4
    assert choices_of(values) == ["INFO", "WARN"]
    assert kind_of(values, choices_of(values)) == "INFO|WARN"
    assert kind_of(["200", "404"] * 8, choices_of(["200", "404"] * 8)) == "int"
    assert kind_of(["01", "02"] * 8, choices_of(["01", "02"] * 8)) == "01|02"


@pytest.mark.parametrize(
    "values",
    [
        ["same"] * 12,
        ["INFO", "WARN", "ERROR"],  # too few to tell
        ["INFO"] * 20 + ["WARN"],  # which others may join
        ["a|b", "c"] * 8,
        ["{", "}"] * 8,
        ["", "x"] * 8,
        [str(number) for number in range(17)] * 8,
    ],
)
def test_no_enumerations(values: list[str]) -> None:
    assert choices_of(values) == []
