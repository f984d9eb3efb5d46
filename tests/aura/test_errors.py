from __future__ import annotations

import pickle
import subprocess
import sys
import traceback

import pytest

import aura
from aura_spec import errors

ERRORS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, aura.AuraError)
]


def an_error(kind: type[aura.AuraError]) -> aura.AuraError:
    return kind("a reason", 3, "slots.length") if issubclass(kind, aura.DecodeError) else kind("a reason")


@pytest.mark.parametrize("kind", ERRORS)
def test_errors_show_under_the_name_that_users_import(kind: type[aura.AuraError]) -> None:
    assert getattr(aura, kind.__name__) is kind
    assert repr(kind) == f"<class 'aura.{kind.__name__}'>"
    [line] = traceback.format_exception_only(an_error(kind))
    assert line.startswith(f"aura.{kind.__name__}: ")


@pytest.mark.parametrize("kind", ERRORS)
def test_errors_can_be_pickled(kind: type[aura.AuraError]) -> None:
    error = an_error(kind)
    read = pickle.loads(pickle.dumps(error))  # noqa: S301  # ours
    assert type(read) is kind
    assert (read.args, vars(read)) == (error.args, vars(error))


def test_the_base_of_refusals_has_a_text() -> None:
    assert str(aura.DecodeError("a reason", 3, "slots")) == "DecodeError at offset 3 (slots): a reason"


def test_a_pickled_error_is_read_where_aura_was_not_imported() -> None:
    pickled = pickle.dumps(aura.StreamDesync("a message is lost", 2))
    program = f"import pickle; error = pickle.loads({pickled!r}); print(type(error), error)"
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout  # noqa: S603
    assert shown == "<class 'aura.StreamDesync'> StreamDesync at offset 2: a message is lost\n"


def test_errors_are_those_of_the_specification_wherever_they_are_raised() -> None:
    with pytest.raises(aura.Truncated) as caught:
        aura.decompress(b"")
    assert type(caught.value) is errors.Truncated
