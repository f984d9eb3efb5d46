from __future__ import annotations

import pytest
from tests.aura.session_ends import Pair
from tests.aura.small_models import TINY
from tests.models import knowing_nothing

from aura import TemplateError
from aura.connections.session import Models, Settings
from aura.connections.session.coding import Single
from aura.templates.discovery import for_peer, with_discovered

PATTERNS = {128: "Job {0:uuid} was done.", 131: "Bye.", 300: "an application's own"}


def test_a_peer_has_other_ids() -> None:
    assert for_peer(PATTERNS) == {192: "Job {0:uuid} was done.", 195: "Bye."}


def test_a_model_carries_what_was_discovered() -> None:
    model = with_discovered(knowing_nothing(), PATTERNS)
    assert {number: template.pattern for number, template in model.templates.items()} == {
        16128: "Job {0:uuid} was done.",
        16131: "Bye.",
    }
    assert with_discovered(model, PATTERNS).id == model.id
    with pytest.raises(TemplateError, match="16128"):
        with_discovered(model, {128: "Another."})


def test_open_sessions_agree_on_a_model_with_what_was_discovered() -> None:
    text = "Job 1e4f7d8e-54f0-4a0f-9f4b-0c1d2e3f4a5b was done."
    server = Settings(Models([TINY]), memory=0)
    client = Settings(Models([TINY]), memory=0, max_fetch=1 << 20)
    pair = Pair(client, server)
    assert pair.carry(text, pair.server) == text
    model = with_discovered(TINY, PATTERNS)
    server.models.add(model)
    for _ in range(2):  # the model is announced and fetched, and then used
        assert pair.carry(text, pair.server) == text
    assert pair.server.use
    assert pair.server.use.model == bytes.fromhex(model.id)
    wire = Single(model).compress(text.encode())
    assert wire[:3] == bytes.fromhex("06 80 7e")  # template 16128
