"""The generator of structured messages."""

from __future__ import annotations

import pytest
import structured_messages
from structured_messages import KINDS, SIZES, message


@pytest.mark.parametrize("kind", KINDS)
def test_messages_have_a_size_and_come_from_their_seed(kind: str) -> None:
    messages = [message(kind, seed) for seed in range(6)]
    assert len(set(messages)) == 6
    assert messages == [message(kind, seed) for seed in range(6)]
    assert all(SIZES[0] <= len(text) <= 2 * SIZES[1] for text in messages)


def test_all_kinds_are_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["structured_messages.py", "--count", "2"])
    structured_messages.main()
    assert capsys.readouterr().out.count('"role": "tool"') == 2 * len(KINDS)
