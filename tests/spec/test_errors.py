from __future__ import annotations

import pickle

import pytest

from aura_spec import errors
from aura_spec.errors import AuraError, Code, DecodeError, EncodeError, Malformed

KINDS = DecodeError.__subclasses__()


def test_each_code_has_one_class_named_like_it() -> None:
    """Rule ERR-1."""
    assert sorted(kind.code for kind in KINDS) == sorted(Code)
    assert all(kind.__name__ == kind.code for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_decode_errors_are_value_errors_that_pickle(kind: type[DecodeError]) -> None:
    error = kind("because", 7, "slots.0")
    assert isinstance(error, ValueError)
    assert isinstance(error, AuraError)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (copy.code, copy.offset, copy.path, str(copy)) == (error.code, 7, "slots.0", str(error))


def test_the_text_names_code_place_and_reason() -> None:
    """Rule ERR-2."""
    assert str(Malformed("because", 7, "slots.0")) == "Malformed at offset 7 (slots.0): because"
    assert str(Malformed("because")) == "Malformed at offset 0: because"


def test_encode_errors_are_value_errors() -> None:
    assert issubclass(EncodeError, ValueError)
    assert issubclass(errors.TemplateError, AuraError)
