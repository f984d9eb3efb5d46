"""Model files through the native core and the other readers: the same models and refusals."""

from __future__ import annotations

import random
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import WITH_ALL, models, plain
from tests.searches import part, sampled

from aura.models import native_model
from aura.models.model import Model
from aura_fast import model as model_file
from aura_fast.model import ModelFile
from aura_reference import auralite
from aura_reference import model as reference
from aura_spec.context_model import ContextModel
from aura_spec.errors import DecodeError

aura_native = pytest.importorskip("aura_native")


def read_natively(data: bytes) -> ModelFile:
    return model_file.read(data, native_model.read(data))


def refusal(read: Callable[[bytes], object], data: bytes) -> object:
    try:
        read(data)
    except DecodeError as error:
        return error.code
    return None


@sampled(100)
@given(models(), st.binary(max_size=60))
def test_models_say_the_same(model: ContextModel, data: bytes) -> None:
    """Rules TRI-3 to TRI-7."""
    file = model_file.write(model)
    native = aura_native.read_model(file)
    held = reference.read(file).context_model
    assert native.entries == len(held.symbols)
    assert native.encode_auralite(data) == auralite.encode(data, held)


@pytest.mark.sampled
@pytest.mark.parametrize("seed", range(3))
def test_damaged_files_are_refused_alike(seed: int) -> None:
    """Checksums are mended, so that what they cover is judged."""
    generator = random.Random(seed)
    data = model_file.write(WITH_ALL, b"{}")
    sections = aura_native.read_model(data).sections
    for _ in part(range(400)):
        damaged = bytearray(data)
        _, offset, size = generator.choice(sections)
        for _ in range(generator.choice((1, 1, 2))):
            # most of what a section tells stands near its beginning
            place = min(int(generator.expovariate(8 / size)), size - 1)
            damaged[offset + place] = generator.randrange(256)
        damaged[offset - 4 : offset] = zlib.crc32(damaged[offset : offset + size]).to_bytes(4, "big")
        if generator.random() < 0.1:
            damaged[generator.randrange(40)] = generator.randrange(256)
        if generator.random() < 0.1:
            damaged = damaged[: generator.randrange(len(damaged))]
        file = bytes(damaged)
        assert refusal(read_natively, file) == refusal(model_file.read, file) == refusal(reference.read, file)


def test_what_may_change_is_not_read() -> None:
    with pytest.raises(TypeError, match="a model file is read from bytes"):
        aura_native.read_model(bytearray(Model.load_small().data))


def test_arrays_are_read_when_they_are_asked_for() -> None:
    data = Model.load_small().data
    model = native_model.read(data)
    assert plain(model) == plain(model_file.read(data).context_model)
    assert all(hasattr(model, field.name) for field in fields(ContextModel))
    with pytest.raises(AttributeError, match="'FileContextModel' object has no attribute 'entries'"):
        _ = model.entries  # type: ignore[attr-defined]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read there")
def test_a_model_takes_little_more_while_it_is_read() -> None:
    program = """
import sys
from importlib import resources
import aura_native
def kib(name):
    lines = dict(line.split(":") for line in open("/proc/self/status").read().splitlines())
    return int(lines[name].split()[0])
data = resources.files("aura").joinpath("data/default.aura").read_bytes()
before = kib("VmRSS")
model = aura_native.read_model(data)
print((kib("VmHWM") - before) * 1024 / model.memory, (kib("VmRSS") - before) * 1024 / model.memory)
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603  # ours
    peak, rest = map(float, done.stdout.split())
    assert rest < 1.2
    assert peak < 1.6
