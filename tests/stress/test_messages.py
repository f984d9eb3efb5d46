"""What users of a stress test say: templates and their values, corpora, lengths, and the choice between them."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from itertools import islice
from pathlib import Path
from statistics import mean, median

import pytest

from aura.errors import AuraError
from aura.files.corpus import CorpusError
from aura.stress.choice import EpsilonGreedy, Evidence, Thompson
from aura.stress.churn import MAX_WINDOWS, Churn
from aura.stress.corpus import NEAREST, Corpus
from aura.stress.errors import StressError
from aura.stress.lengths import MAX_LENGTH, MEDIANS, Place, Turn, length, turns
from aura.stress.metadata import ROLES, load
from aura.stress.settings import StressSettings
from aura.stress.speaker import Material, Said, Speaker
from aura.stress.tallies import Durations, Sums, Tallies
from aura.stress.timeline import MAX_POINTS, Timeline
from aura.stress.warmup import adjusted
from aura.templates import Match, TemplateLibrary
from aura_spec.template import builtin

LIBRARY = TemplateLibrary()
USAGES = load(LIBRARY)


def test_all_built_in_templates_have_examples() -> None:
    assert {usage.template_id for usage in USAGES} == set(builtin())
    assert sum(len(examples) for usage in USAGES for examples in usage.values) >= 350
    assert {role for usage in USAGES for role in usage.roles} == set(ROLES)


def test_examples_fit_their_slots() -> None:
    for usage in USAGES:
        for index, examples in enumerate(usage.values):
            assert len(set(examples)) == len(examples) > 1, usage
            for example in examples:
                values = [one[0] for one in usage.values]
                values[index] = example
                message = usage.template.render(tuple(values))
                assert LIBRARY.match(message) is not None, message


def metadata(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_metadata_may_be_of_ones_own(tmp_path: Path) -> None:
    library = TemplateLibrary({300: "Job {id:int} is {state}"})
    entry = {"roles": ["log"], "slots": {"state": ["done", "queued"], "id": ["7"]}}
    [usage] = load(library, metadata(tmp_path / "own.json", {"300": entry}))
    assert (usage.template_id, usage.roles, usage.values) == (300, ("log",), ((b"7",), (b"done", b"queued")))
    assert usage.size == len("Job 7 is done")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ("{}", "not an object"),
        ('{"5": {"roles": ["user"]}, "5": {}}', "twice"),
        ({"999": {"roles": ["user"]}}, "no template has the id '999'"),
        ({"-1": {"roles": ["user"]}}, "no template has the id '-1'"),
        ({"1" * 5000: {"roles": ["user"]}}, "no template has the id"),
        ({"5": []}, "not an object of roles and slots"),
        ({"5": {"roles": ["user"], "slot": {}}}, "not an object of roles and slots"),
        ({"5": {}}, "roles are a list"),
        ({"5": {"roles": ["king"]}}, "roles are a list"),
        ({"5": {"roles": [["user"]]}}, "roles are a list"),
        ({"57": {"roles": ["user"]}}, "its slots are"),
        ({"57": {"roles": ["user"], "slots": {"0": []}}}, "a list of texts"),
        ({"57": {"roles": ["user"], "slots": {"0": [3]}}}, "a list of texts"),
        ({"57": {"roles": ["user"], "slots": {"0": ["\ud800"]}}}, "lone surrogate"),
    ],
)
def test_bad_metadata_are_refused(tmp_path: Path, content: object, reason: str) -> None:
    with pytest.raises(StressError, match=reason) as caught:
        load(LIBRARY, metadata(tmp_path / "bad.json", content))
    assert isinstance(caught.value, AuraError)
    assert "bad.json" in str(caught.value)


def test_a_corpus_is_picked_from_by_role_and_length(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl.gz"
    lines = [
        {"role": role, "text": role[0] * size} for role in ("user", "assistant") for size in range(1, 101)
    ]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    corpus = Corpus.load(path)
    assert len(corpus) == 200
    rng = random.Random(1)
    picked = {corpus.pick(rng, "user", 50) for _ in range(400)}
    assert picked == {"u" * size for size in range(50 - NEAREST // 2, 50 + NEAREST // 2)}
    assert {len(corpus.pick(rng, "assistant", 9999)) for _ in range(400)} == set(range(85, 101))
    # nobody logs in it, so that any message will do
    assert {str(corpus.pick(rng, "log", 1))[0] for _ in range(100)} == {"a", "u"}


def test_a_corpus_need_not_name_roles_and_may_hold_any_bytes(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(b"one\n\xff\xfe\xfd\n")
    corpus = Corpus.load(path)
    assert {corpus.pick(random.Random(n), "tool", 3) for n in range(30)} <= {"one", b"\xff\xfe\xfd"}
    path.write_bytes(b"\n")
    with pytest.raises(CorpusError, match="no message"):
        Corpus.load(path)
    assert len(Corpus.load()) > 100


def test_lengths_go_by_role_and_place() -> None:
    rng = random.Random(3)
    for role in ROLES:
        for place, wanted in zip(Place, MEDIANS[role], strict=True):
            found = [length(rng, Turn(role, place, 0)) for _ in range(2000)]
            assert median(found) == pytest.approx(wanted, rel=0.15)
            assert 1 <= min(found) <= max(found) <= MAX_LENGTH
            assert mean(found) > median(found)


def test_conversations_begin_and_end() -> None:
    said = list(islice(turns(random.Random(5)), 2000))
    assert {turn.role for turn in said} == set(ROLES)
    for number in range(said[-1].conversation):
        conversation = [turn for turn in said if turn.conversation == number]
        assert (conversation[0].role, conversation[0].place) == ("user", Place.OPENING)
        assert conversation[-1].place is Place.CLOSING
        assert {turn.place for turn in conversation} == set(Place)


def test_the_greedy_choice_explores_as_often_as_it_should() -> None:
    evidence = Evidence(1.0)
    evidence.learn([(1, 100, 50), (2, 100, 10), (3, 100, 20)])
    rng = random.Random(7)
    chosen = Counter(EpsilonGreedy(0.3).choose(rng, [1, 2, 3], evidence) for _ in range(6000))
    assert chosen[1] / 6000 == pytest.approx(0.1, abs=0.02)
    assert chosen[2] / 6000 == pytest.approx(0.8, abs=0.02)
    assert EpsilonGreedy(0.0).choose(rng, [1, 2, 9], evidence) == 9  # nothing is known of it


def test_old_evidence_fades() -> None:
    evidence = Evidence(0.5)
    evidence.learn([(1, 100, 10)])
    evidence.learn([(1, 100, 50)])
    assert evidence.ratio(1) == pytest.approx(150 / 55)
    assert evidence.messages(1) == 1.5
    for _ in range(20):
        evidence.learn([])
    assert (evidence.ratio(1), evidence.messages(1)) == (None, 0.0)


def test_thompson_sampling_prefers_what_is_good_and_tries_what_is_unknown() -> None:
    evidence = Evidence(1.0)
    evidence.learn([(1, 200, 100)] * 100 + [(2, 400, 80)] * 100)
    rng = random.Random(9)
    known = Counter(Thompson().choose(rng, [1, 2], evidence) for _ in range(500))
    assert known[2] > 490
    unknown = Counter(Thompson().choose(rng, [1, 2, 3], evidence) for _ in range(500))
    assert 100 < unknown[3] < 400


def test_a_speaker_repeats_itself_for_the_same_seed() -> None:
    material = Material(Corpus.load(), USAGES)
    mix = StressSettings().mix()

    def said(seed: int, user: int, part: str = "talking") -> list[Said]:
        speaker = Speaker(material, seed, user, part)
        return [speaker.say(mix, Evidence(1.0)) for _ in range(60)]

    assert said(42, 0) == said(42, 0)
    others = [said(42, 0), said(42, 1), said(43, 0), said(42, 0, "warming up")]
    assert len({tuple(message.data for message in messages) for messages in others}) == 4
    for message in others[0]:
        assert message.match is None or message.match.template.render(message.match.values) == message.data


def test_without_templates_of_a_role_the_corpus_is_used() -> None:
    material = Material(Corpus.load(), [usage for usage in USAGES if usage.roles == ("log",)])
    speaker = Speaker(material, 1, 1, "talking")
    said = [speaker.say(StressSettings(corpus_weight=0.0).mix(), Evidence(1.0)) for _ in range(100)]
    assert {message.turn.role for message in said if message.match is not None} == {"log"}


def of_template(number: int, *values: bytes) -> Said:
    match = Match(number, builtin()[number], values)
    return Said(Turn("user", Place.MIDDLE, 0), match.template.render(values).decode(), match)


def test_churn_counts_what_changes() -> None:
    churn = Churn({usage.template_id: usage for usage in USAGES})
    churn.add([of_template(5), of_template(6), Said(Turn("user", Place.MIDDLE, 0), "Hi", None)])
    churn.add([of_template(6), of_template(7), of_template(8)])
    churn.add([])
    report = churn.report()
    assert (report.used, report.available) == (4, 128)
    assert report.churn == (0.75, 1.0)
    assert report.top[0] == (6, 2)
    assert report.warnings == ()
    assert 0.9 < report.evenness < 1
    assert Churn({}).report().churn == ()


def test_low_diversity_is_warned_of() -> None:
    churn = Churn({usage.template_id: usage for usage in USAGES})
    churn.add([of_template(57, b"anything else")] * 199 + [of_template(5)])
    report = churn.report()
    assert report.evenness < 0.1
    assert [warning.partition(":")[2] for warning in report.warnings] == [
        " the evenness of templates is 0.05, below 0.5",
        " template 57 gives 100% of the messages of templates",
        " slot {0} of template 57 took 1 of 3 values",
    ]


def test_long_tests_take_no_more_memory() -> None:
    churn, timeline, tallies = Churn({usage.template_id: usage for usage in USAGES}), Timeline(), Tallies()
    for number in range(1000):
        churn.add([of_template(5), of_template(6)])
        tallies.total.add(20, 10)
        timeline.add(float(number + 1), tallies, 1 << 20, 2 << 20)
    report = churn.report()
    assert len(report.churn) < MAX_WINDOWS
    assert report.top == ((5, 1000), (6, 1000))
    rows = timeline.rows()
    assert len(rows) < MAX_POINTS
    assert rows[0]["messages"] > 1
    assert {(row["ratio"], row["messages_per_second"], row["server_mib"]) for row in rows} == {
        (2.0, 1.0, 2.0)
    }


def test_quantiles_are_right_to_an_eighth() -> None:
    durations = Durations()
    assert durations.quantile(0.5) == 0.0
    for number in range(1, 101):
        durations.add(number / 1000)
    durations.add(0.0)
    for share in (0.5, 0.95, 0.99):
        assert share * 0.1 <= durations.quantile(share) <= 1.13 * share * 0.1


def tallied(template: int, frames: int, corpus: int, tried: int = 1) -> Tallies:
    tallies = Tallies()
    for _ in range(template + corpus):
        tallies.total.add(40, 10)
    tallies.frames[5] = frames
    tallies.by_template = {number: Sums(1, 40, 10) for number in range(tried)}
    tallies.by_source["template"] = Sums(template, 40, 5)
    return tallies


def test_a_warm_up_moves_the_weight_towards_its_aim() -> None:
    few = adjusted(tallied(50, 10, 50), 0.5, 128)
    assert (few.weight, few.exploration) == (0.35, 0.3)
    assert "lowered from 0.50 to 0.35" in few.sentences()[1]
    assert "stays 30%" in few.sentences()[2]
    many = adjusted(tallied(90, 80, 10, tried=40), 0.5, 128)
    assert (many.weight, many.exploration) == (0.7, 0.2)
    assert "raised from 0.50 to 0.70" in many.sentences()[1]
    assert "goes down to 20%" in many.sentences()[2]
    assert (many.template_ratio, many.corpus_ratio) == (8.0, 0.0)
    assert adjusted(tallied(100, 100, 0), 0.0, 128).weight == 0.0
    assert "stays 0.50" in adjusted(tallied(50, 40, 50), 0.5, 128).sentences()[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"users": 0},
        {"messages": 0},
        {"seed": -1},
        {"corpus_weight": 1.1},
        {"warmup": -1},
        {"decay": 0.0},
        {"round_size": 0},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        StressSettings(**wrong)  # type: ignore[arg-type]
