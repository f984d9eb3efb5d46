from __future__ import annotations

import pytest

from aura_spec.errors import TemplateError
from aura_spec.phrase import parse_phrases


def test_phrases_are_read_by_id() -> None:
    """Rule PHR-1."""
    assert dict(parse_phrases('{"0": "grüß", "255": " "}')) == {0: "grüß".encode(), 255: b" "}
    assert dict(parse_phrases("{}")) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '"x"',
        '{"256": "x"}',
        '{"-1": "x"}',
        '{"01": "x"}',
        '{"x": "x"}',
        '{"²": "x"}',
        '{"1": ""}',
        '{"1": 5}',
        '{"1": "a", "1": "b"}',
        '{"1": "\\ud800"}',
        '{"' + "9" * 5000 + '": "x"}',
        "[" * 100_000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """Rule PHR-1."""
    with pytest.raises(TemplateError):
        parse_phrases(text)
