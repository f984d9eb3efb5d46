from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import mixed_traffic
import pytest
from tests.discovery.extra import needs_extra
from tests.discovery.traffic import messages

from aura import Codec, TemplateError, TemplateLibrary, templates
from aura.files.corpus import Message
from aura.templates import DiscoveryEngine, discovery
from aura.templates.discovery import Candidate
from aura.templates.discovery.judge import saving_of
from aura.templates.discovery.lines import MAX_MESSAGE, LineGroups
from aura.templates.store import open_store

needs_extra()


@pytest.fixture(scope="module")
def candidates() -> list[Candidate]:
    return DiscoveryEngine().discover_templates(messages(240))


def test_templates_are_found(candidates: list[Candidate]) -> None:
    found = {candidate.pattern.split("{0")[0]: candidate for candidate in candidates}
    assert set(found) == {'{{"job":"', "", "Backup "}
    assert found["Backup "].pattern == "Backup {0:uuid} wrote {1:int} bytes to volume {2:hex}."
    assert found[""].pattern.startswith("{0:timestamp} ERROR lost worker {1:uuid} at {2:ipv4}")
    kinds = [slot.kind for slot in found['{{"job":"'].slots]
    assert kinds[0] == "uuid"
    assert set(kinds[1].split("|")) == {"default", "billing", "search", "mail", "exports", "thumbnails"}


def test_they_save_what_is_reported_on_other_messages(candidates: list[Candidate]) -> None:
    engine = DiscoveryEngine()
    assert [engine.promote_template(candidate) for candidate in candidates] == [128, 129, 130]
    others = list(messages(120, seed=2))
    matches = [engine.library.match(message) for message in others]
    assert all(match is not None and match.template_id >= 128 for match in matches)
    before = Codec().compress_batch(others)
    codec = Codec(templates=engine.library)
    after = codec.compress_batch(others)
    assert codec.decompress_batch(after) == [message.encode() for message in others]
    saved = (sum(map(len, before)) - sum(map(len, after))) / len(others)
    low = min(candidate.saving.low for candidate in candidates)
    high = max(candidate.saving.high for candidate in candidates)
    assert low <= saved <= high
    for candidate in candidates:
        assert 0 < candidate.saving.low <= candidate.saving.mean <= candidate.saving.high
        assert candidate.saving.advantage > 1.02


def test_reports(candidates: list[Candidate]) -> None:
    [backup] = [candidate for candidate in candidates if candidate.pattern.startswith("Backup")]
    assert 40 < backup.frequency < 120
    assert backup.saving.messages >= 10
    job, size, volume = backup.slots
    assert [slot.diversity for slot in backup.slots] == [1.0] * 3
    assert len(size.examples) == 3
    assert "UUID" in job.sensitive
    assert "hexadecimal" in volume.sensitive
    seen = "".join(messages(240))
    assert not any(example in seen for example in (*job.examples, *volume.examples))


def test_equal_messages_give_equal_templates(candidates: list[Candidate]) -> None:
    assert DiscoveryEngine().discover_templates(messages(240)) == candidates


def test_templates_that_are_held_are_not_found_again(candidates: list[Candidate]) -> None:
    library = TemplateLibrary({300 + n: candidate.pattern for n, candidate in enumerate(candidates)})
    assert DiscoveryEngine(library=library).discover_templates(messages(240)) == []


def test_what_the_model_knows_needs_no_template() -> None:
    known = ["Is there anything else I can help you with?"] * 60
    assert DiscoveryEngine().discover_templates(known) == []


def test_what_is_rare_is_no_template() -> None:
    assert DiscoveryEngine(min_frequency=200).discover_templates(messages(240)) == []
    assert DiscoveryEngine(min_compression_advantage=9.0).discover_templates(messages(240)) == []
    assert DiscoveryEngine().discover_templates([]) == []
    assert DiscoveryEngine().discover_templates(["", "one", b"\xff\xfe", "x" * (MAX_MESSAGE + 1)]) == []


def test_prose_of_varying_length() -> None:
    rng = random.Random(4)
    words = ["river", "stone", "amber", "quiet", "lantern", "copper", "meadow", "winter", "harbour", "violet"]
    texts = [
        f"Reminder from {' '.join(rng.choices(words, k=rng.randrange(1, 5)))}: appointment"
        f" {rng.getrandbits(64):016x} was confirmed by the front desk this morning."
        for _ in range(200)
    ]
    found = DiscoveryEngine().discover_templates(texts)
    library = TemplateLibrary({128 + number: candidate.pattern for number, candidate in enumerate(found)})
    hits = sum((match := library.match(text)) is not None and match.template_id >= 128 for text in texts)
    assert hits >= 0.95 * len(texts)
    assert len(found) < 4  # not one for each length


def test_a_secret_never_enters_a_pattern() -> None:
    rng = random.Random(5)
    key = "sk-live-a8Kd93LmQpZ27xVb4TnR"
    texts = [f"Billing with key {key} for order {rng.getrandbits(64):016x} succeeded" for _ in range(60)]
    [candidate] = DiscoveryEngine().discover_templates(texts)
    assert "a8Kd93" not in candidate.pattern
    assert "a8Kd93" not in str(candidate.slots)
    assert any(slot.sensitive for slot in candidate.slots)


def test_literals_have_enough_sources() -> None:
    texts = list(messages(240))

    def found(sources: int) -> int:
        named = [Message(text.encode(), str(number % sources)) for number, text in enumerate(texts)]
        return len(DiscoveryEngine(min_sources=3).discover_templates(named))

    assert (found(2), found(3)) == (0, 3)
    assert DiscoveryEngine(min_sources=2).discover_templates(texts) == []  # none is named


def test_alternatives_have_enough_sources() -> None:
    rng = random.Random(6)
    named = [
        Message(
            f"Tenant {('acme', 'zenith')[n % 2]} stored {rng.getrandbits(64):016x} now".encode(), str(n % 2)
        )
        for n in range(80)
    ]
    patterns = [c.pattern for c in DiscoveryEngine(min_sources=2).discover_templates(named)]
    assert patterns
    assert not any("acme" in pattern for pattern in patterns)


def test_ids_come_from_the_range() -> None:
    engine = DiscoveryEngine(starting_template_id=140, ending_template_id=141)
    assert engine.promote_template("One {0}.") == 140
    assert engine.promote_template("Two {0}.") == 141
    assert engine.promote_template("One {0}.") == 140
    with pytest.raises(TemplateError, match="no id from 140 to 141"):
        engine.promote_template("Three {0}.")


@pytest.mark.parametrize("name", ["templates.json", "templates.db"])
def test_a_store_is_shared(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    one, other = (DiscoveryEngine(store=path) for _ in range(2))
    assert one.promote_template("One {0}.") == 128
    assert other.promote_template("Two {0}.") == 129
    assert one.promote_template("Two {0}.") == 129
    assert open_store(path).read() == {128: "One {0}.", 129: "Two {0}."}
    assert one.library[129].pattern == "Two {0}."
    library = TemplateLibrary()
    assert library.take_up(path) == [128, 129]
    assert library.take_up(path) == []


def test_what_is_in_the_store_is_not_found_again(tmp_path: Path, candidates: list[Candidate]) -> None:
    store = open_store(tmp_path / "templates.json")
    store.assign(candidate.pattern for candidate in candidates)
    assert DiscoveryEngine(store=store).discover_templates(messages(240)) == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"min_frequency": 0}, ValueError),
        ({"min_compression_advantage": 0.5}, ValueError),
        ({"starting_template_id": 191, "ending_template_id": 190}, ValueError),
        ({"min_sources": 0}, ValueError),
        ({"level": 0}, ValueError),
        ({"min_frequency": "10"}, TypeError),
    ],
)
def test_arguments_are_checked(arguments: dict[str, int], error: type[Exception]) -> None:
    with pytest.raises(error):
        DiscoveryEngine(**arguments)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aura.templates.discovery.lines._MAX_GROUPS", 8)
    groups = LineGroups()
    for number in range(400):
        groups.add((" ".join(["word"] * (number % 100 + 1)) + " " + "x" * (number % 7)).encode())
    assert groups.messages == 400
    assert len(groups.groups()) <= 16


def test_long_messages_take_the_place_of_several() -> None:
    groups = LineGroups()
    rng = random.Random(7)
    for _ in range(300):
        groups.add(f"key {rng.getrandbits(64):016x} ".encode() + b"value " * rng.choice([1, 1000]))
    for group in groups.groups():
        for kept in (group.mined.kept, group.held_out.kept):
            assert sum(len(sample.data) for sample in kept) <= 1 << 16
            assert len(kept) <= 64


def test_savings() -> None:
    assert saving_of([10, 10], [8, 8]).low == saving_of([10, 10], [8, 8]).high == 2.0
    saving = saving_of([10, 10, 10, 10], [8, 9, 12, 9])
    assert saving.low < saving.mean == 0.5 < saving.high
    assert saving.advantage == 40 / 38


def test_names_are_imported_when_they_are_used() -> None:
    assert templates.TemplateDiscoveryWorker is discovery.TemplateDiscoveryWorker
    with pytest.raises(AttributeError, match="no attribute 'Discovery'"):
        templates.Discovery  # noqa: B018


def test_progress_is_told() -> None:
    told: list[tuple[str, float]] = []
    DiscoveryEngine().discover_templates(messages(1_000), progress=lambda *shown: told.append(shown))
    assert told[0] == ("1,000 messages read", 0.0)
    assert ("judging templates", 0.0) in told
    assert all(0 <= done < 1 for _, done in told)


def test_mixed_traffic_of_sixty_patterns() -> None:
    engine = DiscoveryEngine()
    for candidate in engine.discover_templates(islice(mixed_traffic.messages(1), 2_000))[:64]:
        engine.promote_template(candidate)
    others = list(islice(mixed_traffic.messages(2), 500))
    matches = [engine.library.match(message) for message in others]
    hits = sum(match is not None and match.template_id >= 128 for match in matches)
    assert hits >= 0.95 * len(others)
    alone = sum(map(len, Codec().compress_batch(others)))
    assert sum(map(len, Codec(templates=engine.library).compress_batch(others))) < alone / 2
