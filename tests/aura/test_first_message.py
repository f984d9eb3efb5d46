from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import aura
from aura import backends, native

UNNEEDED = {
    "aura.bench",
    "aura.files.chunked",
    "aura.cli",
    "aura.compat",
    "aura.connections.stream",
    "aura.explanation.explain",
    "aura.models.training",
    "aura_fast.brio2",
    "aura_fast.parse",
    "aura_reference.brio2",
    "aura_spec.unit",
    "concurrent.futures.process",
    "multiprocessing.context",
    "rich",
    "typer",
}
"""Modules that those who code single messages never use, or that hold large tables."""

UNNEEDED_NATIVELY = {
    "aura.recent",
    "aura.tagging",
    "aura.templates.matcher",
    "aura_fast.auralite",
    "aura_fast.template_list",
    "aura_fast.trie",
    "aura_fast.typed",
    "aura_reference.message",
    "aura_spec.char_runs",
    "aura_spec.fuzzy",
    "aura_spec.stream",
    "aura_spec.tag",
    "numpy",
    "pathlib",
}
"""Modules that the native core spares those who code messages with a model."""

UNNEEDED_SHORT = {"aura.selection", "aura_spec.brio", "aura_spec.slot"}
"""And besides, where messages are too short for general methods."""


def run(program: str) -> str:
    """What a fresh process prints."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # ours


def test_the_import_loads_the_errors_alone() -> None:
    bare, loaded = (
        set(run(f"import sys{names}; print(*sys.modules)").split()) for names in ("", ", aura, aura.errors")
    )
    assert len(loaded) < 120
    ours = {name for name in loaded - bare if name.startswith("aura")}
    assert ours == {"aura", "aura.errors", "aura_spec", "aura_spec.errors"}


def test_a_message_loads_only_what_it_needs() -> None:
    loaded = run("import sys, aura; aura.decompress(aura.compress('Yes, I can help.')); print(*sys.modules)")
    assert UNNEEDED & set(loaded.split()) == set()


@pytest.mark.skipif(not native.is_installed(), reason="the native core is not installed")
@pytest.mark.parametrize(
    ("text", "unneeded"),
    [
        ("Yes, I can help.", UNNEEDED_NATIVELY | UNNEEDED_SHORT),
        ("Is there a train to Oslo on Friday, or on Saturday?" * 9, UNNEEDED_NATIVELY),
    ],
)
def test_with_the_native_core_a_message_needs_no_numpy(text: str, unneeded: set[str]) -> None:
    program = f"codec = aura.Codec(backend='native'); codec.decompress(codec.compress({text!r}))"
    bare, loaded = (
        set(run(f"import sys{rest}; print(*sys.modules)").split()) for rest in ("", f", aura; {program}")
    )
    assert "aura_native" in loaded
    assert (loaded - bare) & unneeded == set()


@pytest.mark.skipif(not native.is_installed(), reason="the native core is not installed")
@pytest.mark.parametrize("method", ["stored", "brotli", "zstd"])
def test_with_the_native_core_messages_of_general_methods_need_no_numpy(method: str) -> None:
    quality = {"stored": (), "brotli": (5,), "zstd": (3,)}[method]
    wire = getattr(backends.get("native"), f"encode_{method}")(b"Yes, I can help. " * 9, *quality)
    program = f"print(aura.Codec(backend='native').decompress({wire!r}))"
    printed, loaded = run(f"import sys, aura; {program}; print(*sys.modules)").splitlines()
    assert printed == repr(b"Yes, I can help. " * 9)
    assert not {"numpy", "aura.backend", "aura_reference.message"} & set(loaded.split())


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read there")
def test_the_first_message_takes_less_than_200_mb() -> None:
    status = run("import aura; aura.compress('Yes, I can help.'); print(open('/proc/self/status').read())")
    [peak] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    assert 1024 * int(peak.split()[1]) < 200_000_000


def test_warming_up_leaves_nothing_to_the_first_message() -> None:
    program = (
        "import sys, aura; aura.warm_up(); before = set(sys.modules);"
        " aura.decompress(aura.compress('Yes, I can help.')); print(set(sys.modules) == before)"
    )
    assert run(program) == "True\n"


def test_names_that_are_loaded_late_are_there() -> None:
    missing = "import aura; print([name for name in aura.__all__ if not hasattr(aura, name)])"
    assert run(missing) == "[]\n"


def test_functions_stay_functions_when_their_modules_are_imported() -> None:
    modules = "aura.explanation.explain, aura.models.train"
    program = f"import {modules}; print(callable(aura.explain), callable(aura.train))"
    assert run(program) == "True True\n"


def test_unknown_names_are_refused_as_by_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'decode'"):
        aura.decode  # noqa: B018
    assert set(aura.__all__) <= set(dir(aura))


def test_people_import_sessions_and_event_streams_by_short_paths() -> None:
    program = (
        "from aura import event_stream, session; from aura.connections import event_stream as e, session as s; "
        "print(session.Settings is s.Settings, set(session.__all__) == set(s.__all__), "
        "all(getattr(event_stream, n) is getattr(e, n) for n in event_stream.__all__))"
    )
    assert run(program) == "True True True\n"
