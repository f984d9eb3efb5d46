"""Which backend ``"auto"`` stands for."""

from __future__ import annotations

import pickle

import pytest

import aura
from aura import backends, native


@pytest.mark.parametrize("name", ["fast", "reference"])
def test_the_environment_names_a_backend(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.VARIABLE, name)
    assert native.choose() == native.Choice(name, "AURA_BACKEND says so")
    codec = aura.Codec()
    assert codec.backend == name
    monkeypatch.delenv(native.VARIABLE)
    assert pickle.loads(pickle.dumps(codec)).backend == aura.Codec().backend  # noqa: S301  # our own


def test_a_wrong_name_in_the_environment_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.VARIABLE, "quick")
    with pytest.raises(ValueError, match="AURA_BACKEND is 'quick', not auto, native, fast, reference"):
        aura.Codec()


@pytest.mark.parametrize("value", ["", "auto"])
def test_what_is_installed_decides(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.VARIABLE, value)
    monkeypatch.setattr(native, "is_installed", lambda: False)
    assert native.choose() == native.Choice("fast", "aura_native is not installed")
    monkeypatch.setattr(native, "is_installed", lambda: True)
    assert native.choose() == native.Choice("native", "aura_native is installed")


def test_a_backend_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is taken in its place."""
    monkeypatch.setattr(native, "is_installed", lambda: False)
    monkeypatch.setattr(backends, "BACKENDS", {name: backends.get(name) for name in ("fast", "reference")})
    with pytest.raises(ValueError, match="backend 'native' needs aura_native, which is not installed"):
        aura.Codec(backend="native")
    monkeypatch.setenv(native.VARIABLE, "native")
    with pytest.raises(ValueError, match="AURA_BACKEND is 'native', but aura_native is not installed"):
        aura.Codec()
