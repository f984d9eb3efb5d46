"""Training that goes on from earlier counts."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.training.texts import PLENTY, framed

import aura
from aura.errors import UnknownModel
from aura.models.lineage import read_counts
from aura.models.train import train_files
from aura.models.training import counts_file, gathering
from aura.models.training.counts import Earlier, together
from aura.models.training.counts_file import CountsFile
from aura.models.training.extent import Extent, least_of
from aura.models.training.gathering import Continuing, Statistics, gather
from aura.models.training.levels import Level
from aura.models.training.local_text import LocalText
from aura.models.training.lookup import look_up
from aura.models.training.resources import Resources
from aura.models.training.text import WHOLE
from aura_spec.char_runs import STATES
from aura_spec.context_model import SYMBOLS

EXTENT = Extent(6)


def lines(seed: int, verb: str, count: int = 400) -> list[str]:
    chosen = random.Random(seed)
    return [
        f"{verb} {chosen.randrange(50)} came to desk {chosen.randrange(9)} at {chosen.randrange(24)}:00"
        for _ in range(count)
    ]


OLD, NEW = lines(1, "user"), lines(2, "client")


def counted(messages: list[str], earlier: Earlier | None = None, **limits: int) -> Statistics:
    text = framed([message.encode() for message in messages])
    most = limits.pop("most", PLENTY)
    extent = replace(EXTENT, **limits)
    return gather(
        LocalText(text, Resources()), extent, most, lambda _done: None, Continuing(earlier, recorded=True)
    )


def recorded(found: Statistics) -> CountsFile:
    """What was found, through a file."""
    assert found.packed is not None
    runs = np.zeros((STATES, SYMBOLS), np.int64)
    record = counts_file.Record(found.totals, found.packed, found.trie.depth, runs)
    return counts_file.read(record.file("00" * 8, 3, b"past"))


def ngrams(levels: list[Level]) -> dict[tuple[int, ...], int]:
    """Every n-gram with its weight."""
    found: dict[tuple[int, ...], int] = {}
    below: list[tuple[int, ...]] = [()]
    for level in levels:
        below = [
            (first, *below[suffix])
            for suffix, first in zip(level.suffixes.tolist(), level.firsts.tolist(), strict=True)
        ]
        found.update(zip(below, level.counts.tolist(), strict=True))
    return found


def test_a_file_gives_back_what_went_in() -> None:
    found = counted(OLD)
    file = recorded(found)
    assert (file.model_id, file.generation, file.earlier.prefix) == ("00" * 8, 3, b"past")
    assert file.earlier.totals == found.totals
    assert sum(ngrams(list(file.earlier.levels())).values()) == found.trie.counts[1:].sum()


@pytest.mark.parametrize("minimum", [1, 2])
def test_counts_of_both_add_up(minimum: int) -> None:
    old, new = (recorded(counted(some, minimum=minimum)).earlier for some in (OLD, NEW))
    both = together(old, list(new.levels()), new.totals, PLENTY)
    one, other = ngrams(list(old.levels())), ngrams(list(new.levels()))
    expected = {key: one.get(key, 0) + other.get(key, 0) for key in one.keys() | other.keys()}
    found = ngrams(both.levels)
    assert found == expected
    assert list(found) == sorted(found, key=lambda ngram: (len(ngram), ngram[::-1]))
    assert both.totals.weight == old.totals.weight + new.totals.weight
    for level, own, places in zip(both.levels, new.levels(), both.places, strict=False):
        assert (level.firsts[places] == own.firsts).all()


def test_all_texts_without_limits_count_as_one() -> None:
    old = recorded(counted(OLD)).earlier
    both = recorded(counted(NEW, old)).earlier
    assert ngrams(list(both.levels())) == ngrams(list(recorded(counted(OLD + NEW)).earlier.levels()))


def test_ageing_takes_a_share_of_every_count() -> None:
    old = recorded(counted(OLD)).earlier
    found = ngrams(list(old.aged(0.3, 3).levels()))
    expected = {key: int(count * 0.3) for key, count in ngrams(list(old.levels())).items() if len(key) <= 4}
    assert found == {key: count for key, count in expected.items() if count}
    assert not list(old.aged(0, 6).levels())


def test_aged_counts_can_be_kept_again() -> None:
    earlier = recorded(counted(OLD)).earlier
    for age in (0.7, 0.31, 0.5):
        earlier = recorded(counted(NEW, earlier.aged(age, 6))).earlier
    assert earlier.totals.weight > 0


def test_of_too_many_ngrams_the_rarest_go() -> None:
    old = recorded(counted(OLD)).earlier
    found = counted(NEW, old, most=1500)
    assert len(found.trie) < 1500 + 500  # symbols and what begins messages stay
    assert found.totals.least > 1
    longer = slice(found.trie.offsets[3], None)
    assert found.trie.counts[longer].min() >= least_of(3, found.totals.least) * WHOLE
    assert all((found.trie.rest(order) >= 0).all() for order in range(found.trie.depth))
    assert recorded(found).earlier.totals.least == found.totals.least


def test_contexts_of_earlier_messages_are_found_in_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """With all n-grams in the trie, looking up finds what was found in the blocks, and nothing else."""
    monkeypatch.setattr(gathering, "SAMPLE", 1 << 30)
    found = counted(OLD)
    own = found.take_shares()
    chains, shares = look_up(found.chains, own, found.trie, found.sample)
    for name in ("nodes", "targets", "contexts", "entries"):
        assert (getattr(chains, name) == getattr(found.chains, name)).all()
    assert len(shares.contexts) == len(own.contexts)
    rare = counted(NEW, recorded(counted(NEW)).earlier, minimum=40)
    alone = counted(NEW, minimum=40)
    assert (rare.chains.nodes >= 0).sum() > (alone.chains.nodes >= 0).sum()
    assert (rare.chains.contexts[rare.chains.nodes >= 0] >= 0).all()


class TestModels:
    @pytest.fixture
    def old(self, tmp_path: Path) -> aura.Model:
        model = aura.train(OLD, max_bytes=20_000, counts=tmp_path / "old.counts")
        model.save(tmp_path / "old.aura")
        return model

    def test_counts_do_not_change_the_model(self, old: aura.Model) -> None:
        assert aura.train(OLD, max_bytes=20_000).data == old.data

    def test_ageing_to_nothing_is_training_anew(self, old: aura.Model, tmp_path: Path) -> None:
        options = aura.TrainingOptions(update=tmp_path / "old.counts", age=0)
        model = aura.train(NEW, max_bytes=20_000, options=options, counts=tmp_path / "none.counts")
        alone = aura.train(NEW, max_bytes=20_000, counts=tmp_path / "alone.counts")
        assert model.id == alone.id
        assert model.metadata == {**alone.metadata, "parent": old.id, "generation": "1"}
        none, without = (read_counts(tmp_path / f"{name}.counts") for name in ("none", "alone"))
        assert none.earlier.totals == without.earlier.totals
        assert ngrams(list(none.earlier.levels())) == ngrams(list(without.earlier.levels()))

    def test_an_updated_model_knows_both(self, old: aura.Model, tmp_path: Path) -> None:
        options = aura.TrainingOptions(update=tmp_path / "old.aura", age=0.5)
        model = aura.train(NEW, max_bytes=20_000, options=options)

        def size(held: aura.Model, messages: list[str]) -> int:
            codec = aura.Codec(model=held)
            return sum(len(codec.compress(message)) for message in messages[:60])

        assert model.metadata["parent"] == old.id != model.id
        assert size(model, OLD) < 1.2 * size(
            old, OLD
        )  # of two bytes a message, weights are of new ones alone
        assert size(model, NEW) < 1.1 * size(aura.train(NEW, max_bytes=20_000), NEW)

    def test_generations_are_counted(self, old: aura.Model, tmp_path: Path) -> None:
        parent = old
        for generation, messages in enumerate((NEW, OLD, lines(3, "guest")), 1):
            options = aura.TrainingOptions(update=tmp_path / "old.counts")
            model = aura.train(messages, max_bytes=20_000, options=options, counts=tmp_path / "old.counts")
            assert (model.metadata["parent"], model.metadata["generation"]) == (parent.id, str(generation))
            parent = model

    def test_the_earlier_prefix_is_kept_if_it_saves(self, tmp_path: Path) -> None:
        chosen = random.Random(3)
        texts = ["".join(chosen.choices("abcdefghijklmnopqrstuvwxyz     ", k=400)) for _ in range(12)]

        def messages(count: int) -> list[str]:
            return [
                f"{chosen.randrange(99)}: {chosen.choice(texts)[chosen.randrange(40) :]}"
                for _ in range(count)
            ]

        limits = aura.TrainingOptions(max_order=6)
        counts = tmp_path / "first.counts"
        first = aura.train(messages(300), max_bytes=30_000, scrub=False, options=limits, counts=counts)
        options = replace(limits, update=counts)
        second = aura.train(messages(60), max_bytes=30_000, scrub=False, options=options)
        assert first.context_model.prefix is not None
        assert second.context_model.prefix is not None
        assert second.context_model.prefix.text.startswith(first.context_model.prefix.text)

    def test_metadata_of_the_caller_stay(self, old: aura.Model, tmp_path: Path) -> None:
        options = aura.TrainingOptions(update=tmp_path / "old.counts", metadata={"parent": "none"})
        assert aura.train(NEW, max_bytes=20_000, options=options).metadata["parent"] == "none" != old.id

    def test_memory_and_threads_change_nothing(self, old: aura.Model, tmp_path: Path) -> None:
        del old
        options = aura.TrainingOptions(update=tmp_path / "old.counts")
        one = aura.train(NEW, max_bytes=20_000, options=options, memory="64MiB", threads=1)
        other = aura.train(NEW, max_bytes=20_000, options=options, memory="1GiB", threads=3)
        assert one.data == other.data

    @pytest.mark.usefixtures("old")
    def test_the_order_of_files_changes_nothing(self, tmp_path: Path) -> None:
        files = [
            [(line.encode(), name) for line in lines(seed, "guest")] for seed, name in ((4, "a"), (5, "b"))
        ]
        options = aura.TrainingOptions(update=tmp_path / "old.counts")
        one, other = (train_files(some, max_bytes=20_000, options=options) for some in (files, files[::-1]))
        assert one.data == other.data

    @pytest.mark.usefixtures("old")
    def test_what_cannot_be_gone_on_from(self, tmp_path: Path) -> None:
        model = aura.train(NEW, max_bytes=20_000)
        model.save(tmp_path / "new.aura")

        def update(path: object, **options: object) -> None:
            aura.train(NEW, options=aura.TrainingOptions(update=path, **options))  # type: ignore[arg-type]

        with pytest.raises(FileNotFoundError, match="no counts beside the model"):
            update(tmp_path / "new.aura")
        (tmp_path / "old.counts").rename(tmp_path / "new.aura.counts")
        with pytest.raises(UnknownModel, match=f"not of {model.id}"):
            update(tmp_path / "new.aura")
        with pytest.raises(ValueError, match="min_sources is 3; that of the counts is 1"):
            update(tmp_path / "new.aura.counts", min_sources=3)
        with pytest.raises(TypeError, match="update is the path"):
            update(5)
        for age in (-0.1, 1.5, float("nan")):
            with pytest.raises(ValueError, match="age is"):
                update(tmp_path / "new.aura.counts", age=age)
        with pytest.raises(TypeError, match="age is a number"):
            update(tmp_path / "new.aura.counts", age="half")
        with pytest.raises(FileNotFoundError):
            aura.train(NEW, counts=tmp_path / "gone" / "new.counts")
