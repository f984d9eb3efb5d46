"""How templates are used, and what the values of their slots say."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import knowing_nothing
from typer.testing import CliRunner

import aura
from aura.cli import app
from aura.templates import Match, TemplateLibrary
from aura.templates.slot_analysis import SlotAnalysis, SlotWarning, Tally, analyze, better_pattern
from aura.templates.usage import UsageRecorder
from aura_spec.template import Kind, Slot, parse_pattern

LOW, CONSTANT, WIDE = SlotWarning.LOW_DIVERSITY, SlotWarning.CONSTANT, SlotWarning.TOO_WIDE
NAMES = ["Ana", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal", "Ida", "Jo", "Kim", "Lou"]


def analyzed(values: list[str], slot: Slot | None = None) -> SlotAnalysis:
    tally = Tally()
    for value in values:
        tally.add(value.encode("utf-8", "surrogateescape"))
    return analyze(slot or Slot("a"), tally)


@pytest.mark.parametrize(
    ("values", "warnings", "suggestion"),
    [
        ([], (), None),
        (["x"] * 10, (), None),
        (["x"] * 11, (CONSTANT,), None),
        (["on", "off"] * 5, (), None),
        (["on", "off"] * 6, (LOW,), "on|off"),
        (NAMES, (), None),
        # two of the three conditions of low diversity, each alone
        ([*NAMES, *NAMES], (LOW,), "|".join(NAMES)),
        ([*NAMES, *["up"] * 8, *["no"] * 8], (LOW,), "up|no"),
        ([f"v{n} w" for n in range(100)] * 3, (LOW,), None),
        ([str(n) for n in range(12)], (WIDE,), "int"),
        ([str(n) for n in range(6)] * 3, (LOW, WIDE), "int"),
        (["1.5", "2.25"] * 9, (LOW,), "1.5|2.25"),
        ([f"192.0.2.{n}" for n in range(12)], (WIDE,), "ipv4"),
        (["a|b", "{c}"] * 9, (LOW,), None),
        (["a b", "\udcff"] * 9, (LOW,), None),
        (["\udcff"] * 18, (CONSTANT,), None),
        (["", "x"] * 9, (LOW,), None),
        (["long " * 20, "wide " * 20] * 9, (), None),
    ],
)
def test_slots_are_judged_by_their_values(
    values: list[str], warnings: tuple[SlotWarning, ...], suggestion: str | None
) -> None:
    found = analyzed(values)
    assert (found.warnings, found.suggestion) == (warnings, suggestion)


def test_diversity_is_different_values_for_each_use() -> None:
    found = analyzed(["a", "a", "b", "c", "d", "d", "d", "e"])
    assert (found.uses, found.distinct, found.diversity) == (8, 5, 0.625)
    assert found.top == ((b"d", 3), (b"a", 2), (b"b", 1))
    assert found.top_share == 0.75
    assert (analyzed([]).diversity, analyzed([]).top_share) == (1.0, 0.0)


def test_enumerations_and_typed_slots_are_left_alone() -> None:
    assert analyzed(["on", "off"] * 9, Slot("a", Kind.ENUM, (b"on", b"off"))).warnings == ()
    assert analyzed([str(n) for n in range(20)], Slot("a", Kind.INT)).warnings == ()
    assert analyzed(["7", "8"] * 20, Slot("a", Kind.INT)).warnings == (LOW,)


@given(st.data())
def test_a_better_pattern_is_one_that_gives_the_same_messages(data: st.DataObject) -> None:
    template = parse_pattern(
        data.draw(
            st.sampled_from(["{{{a} to {b:word}}}, {c}", "{0}: {1} or {0} {2}", "x {a}", "{1} and {0}{{"])
        )
    )
    pools = [
        data.draw(st.sampled_from([["on"], ["{x}"], ["yes", "no"], [str(n) for n in range(15)], NAMES, [""]]))
        for _ in template.slots
    ]
    source = random.Random(data.draw(st.integers(0, 9)))
    rows = [tuple(source.choice(pool).encode() for pool in pools) for _ in range(30)]
    tallies = [Tally() for _ in template.slots]
    for row in rows:
        for tally, value in zip(tallies, row, strict=True):
            tally.add(value)
    slots = [analyze(slot, tally) for slot, tally in zip(template.slots, tallies, strict=True)]
    pattern = better_pattern(template, slots)
    if pattern is None:
        assert all(slot.suggestion is None and slot.constant is None for slot in slots)
        return
    better = parse_pattern(pattern)
    kept = [place for place, slot in enumerate(slots) if slot.constant is None]
    for row in rows:
        assert better.render([row[place] for place in kept]) == template.render(row)


def test_what_is_kept_is_bounded() -> None:
    library = TemplateLibrary({300: "x {0} y {1}"}, with_builtin=False)
    recorder = UsageRecorder(max_values=10)
    for number in range(100):
        match = library.match(b"x %d y %d" % (number, number % 2))
        assert match is not None
        recorder.record(match, sent=5)
    [usage] = recorder.report().values()
    assert sum(map(len, (tally.counts for tally in recorder._records[300].tallies))) <= 10
    assert [slot.uses for slot in usage.slots] == [100, 100]
    assert usage.slots[0].distinct == 100
    assert usage.slots[1].top == ((b"0", 50), (b"1", 50))
    assert usage.slots[0].suggestion is None  # not all values are known
    recorder.reset()
    assert recorder.report() == {}
    for wrong, error in (("1", TypeError), (-1, ValueError)):
        with pytest.raises(error):
            UsageRecorder(max_values=wrong)  # type: ignore[arg-type]


def test_templates_that_save_most_come_first() -> None:
    library = TemplateLibrary({300: "x {0}", 301: "yy {0}", 302: "zz {0}"}, with_builtin=False)
    recorder = UsageRecorder()
    for message, otherwise in ((b"x 1", 9), (b"yy 1", None), (b"zz 1", 30), (b"zz 1", 1)):
        match = library.match(message)
        assert match is not None
        recorder.record(match, sent=2, otherwise=otherwise)
    report = recorder.report()
    assert [
        (usage.template_id, usage.hits, usage.sent_bytes, usage.bytes_saved) for usage in report.values()
    ] == [
        (302, 2, 4, 27),
        (300, 1, 2, 7),
        (301, 1, 2, 2),
    ]


def test_threads_may_record_at_once() -> None:
    template = parse_pattern("x {0}")
    recorder = UsageRecorder()

    def record(number: int) -> None:
        for _ in range(200):
            recorder.record(Match(300, template, (b"%d" % number,)), sent=1, otherwise=2)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, range(8)))
    usage = recorder.report()[300]
    assert (usage.hits, usage.bytes_saved, usage.slots[0].distinct) == (1600, 1600, 8)


def test_a_compressor_records_what_it_sends() -> None:
    recorder = UsageRecorder()
    compressor = aura.HybridCompressor(
        templates={300: "Job {id:int} is {state}"}, model=knowing_nothing(), usage=recorder
    )
    sent = [compressor.compress(f"Job {n} is done") for n in range(20)]
    sent.append(compressor.compress("Job 20 is done", 300, ["20", "done"]))
    compressor.compress("nothing that a template has")
    usage = recorder.report()[300]
    assert usage.hits == compressor.get_statistics()["template_hits"][300] == 21
    assert usage.sent_bytes == sum(result.compressed_size for result in sent)
    assert usage.suggested_pattern == "Job {id:int} is done"


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    path = tmp_path / "messages.txt"
    lines = [f"Job {n} is {'done' if n % 3 else 'queued'} on host{n * n}" for n in range(150)]
    path.write_text("\n".join([*lines, "something else"]))
    return path


def test_stats_show_savings_and_slots(messages: Path, tmp_path: Path) -> None:
    store, model = tmp_path / "store.json", tmp_path / "nothing.aura"
    aura.TemplateLibrary({300: "Job {id} is {state} on {host}"}).save(store)
    knowing_nothing().save(model)
    command = ["templates", "stats", str(store), str(messages), "--model", str(model)]
    result = CliRunner().invoke(app, command)
    lines = result.stdout.splitlines()
    assert lines[0] == "300  Job {id} is {state} on {host}"
    assert lines[2:6] == [
        "    {id} diversity 1.00; warning: too wide",
        "    {state} diversity 0.01; mostly 'done' 67%, 'queued' 33%; warning: low diversity",
        "    {host} diversity 1.00",
        "    better as a new template: Job {id:int} is {state:done|queued} on {host}",
    ]
    assert lines[-1].startswith("150 of 151 messages match a template, ")
    found = json.loads(CliRunner().invoke(app, [*command, "--json", "--limit", "90"]).stdout)
    assert (found["messages"], found["matched"]) == (90, 90)
    [entry] = found["templates"]
    assert found["bytes_saved"] == entry["bytes_saved"] > 0
    assert entry["slots"][1]["warnings"] == ["low diversity"]
    assert entry["slots"][1]["top"][0] == {"value_hex": b"done".hex(), "uses": 60}
    assert entry["suggested_pattern"] == "Job {id:int} is {state:done|queued} on {host}"


def test_stats_need_messages(tmp_path: Path) -> None:
    store, empty = tmp_path / "store.json", tmp_path / "empty.txt"
    aura.TemplateLibrary({300: "Job {id}"}).save(store)
    empty.write_bytes(b"")
    assert CliRunner().invoke(app, ["templates", "stats", str(store), str(empty)]).exit_code == 3
