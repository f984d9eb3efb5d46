"""Frames of sessions, by themselves and after those before them; subprotocols, and close codes.

In a session the wire is a frame that one end receives. A group shares the hello of that end and the model that
it holds, if there is one. Beside the frame a case gives those ``before`` it, in order: each was ``sent`` by that
end, or ``received``. The value is what the frame ``gives``: nothing, a text or bytes for the application, or a
model file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from typing import Final, cast

from aura.connections import session as product
from aura.models.model import Model
from aura_reference import session as reference
from aura_spec.errors import Code, DecodeError
from aura_spec.session import (
    CHUNK,
    CRC_SIZE,
    HAVE,
    HEAD,
    OFFER,
    REQUEST,
    USE,
    Chunk,
    Control,
    Have,
    Kind,
    Offer,
    Request,
    Use,
    build_control,
    build_data,
    close_code,
    parse_control,
    parse_data,
)
from aura_spec.session_negotiation import HELLO, Coding, Codings, Hello, application_of, token
from aura_spec.wire import Span, parse
from aura_vectors.case import FAST, REFERENCE, Case, CaseType, Fields, placed
from aura_vectors.case_types.message import read_model
from aura_vectors.flags import Flag

CONTROL: Final = "control frame"
DATA: Final = "data frame"
SUBPROTOCOL: Final = "subprotocol"
CLOSE: Final = "close code"
NAME: Final = "session"

_CONTROLS: Final[Mapping[str, type[Control]]] = {
    one.__name__.lower(): one for one in (Hello, Use, Have, Request, Offer, Chunk)
}
_BODIES: Final = {
    Kind.HELLO: HELLO,
    Kind.USE: USE,
    Kind.HAVE: HAVE,
    Kind.REQUEST: REQUEST,
    Kind.OFFER: OFFER,
    Kind.CHUNK: CHUNK,
}
_SIZES: Final = frozenset(("memory", "max_message", "max_modelled", "max_size", "size"))
_NUMBERS: Final[Mapping[str, Callable[[int], int]]] = {
    "methods": int,
    "codings": Codings,
    "coding": Coding,
    "check": int,
    "count": int,
}

_load: Final = cache(Model.from_bytes)


def value_of(control: Control) -> Fields:
    """A control frame as JSON has it: sizes in digits, bytes in hexadecimal ones."""
    value: dict[str, object] = {"kind": type(control).__name__.lower()}
    for name in (field.name for field in fields(control)):
        content = getattr(control, name)
        if name in _SIZES:
            value[name] = str(content)
        elif name == "models":
            value[name] = [model.hex() for model in content]
        else:
            value[name] = int(content) if name in _NUMBERS else content.hex()
    return value


def control_of(value: Fields) -> Control:
    """What :func:`value_of` gave."""
    content: dict[str, object] = {}
    for name, one in value.items():
        if name == "models":
            content[name] = tuple(map(bytes.fromhex, cast("list[str]", one)))
        elif name in _SIZES:
            content[name] = int(str(one))
        elif name in _NUMBERS:
            content[name] = _NUMBERS[name](int(str(one)))
        elif name != "kind":
            content[name] = bytes.fromhex(str(one))
    return _CONTROLS[str(value["kind"])](**content)  # type: ignore[arg-type]  # names and types are the fields'


def fields_of(frame: bytes) -> list[Span]:
    """The fields of a valid control frame, in order."""
    spans: list[Span] = []
    body = frame[:-CRC_SIZE]
    head = parse(HEAD, body, trace=spans)
    parse(_BODIES[Kind(head.kind)], head.body, base=2, trace=spans)
    return [*spans, Span(len(body), CRC_SIZE, "crc", int.from_bytes(frame[-CRC_SIZE:], "big"))]


def _data_of(frame: bytes) -> Fields:
    coded, is_text = parse_data(frame)
    return {"coded_hex": coded.hex(), "is_text": is_text}


def _close_code_of(code: bytes) -> Fields:
    [error] = [one for one in DecodeError.__subclasses__() if one.code == Code(code.decode())]
    return {"close": close_code(error(""))}


_READERS: Final[Mapping[str, Callable[[bytes], Fields]]] = {
    CONTROL: lambda frame: value_of(parse_control(frame)),
    DATA: _data_of,
    SUBPROTOCOL: lambda offered: {"application": application_of(offered.decode())},
    CLOSE: _close_code_of,
}
_WRITERS: Final[Mapping[str, Callable[[Fields], bytes]]] = {
    CONTROL: lambda value: build_control(control_of(value)),
    DATA: lambda value: build_data(bytes.fromhex(str(value["coded_hex"])), text=bool(value["is_text"])),
    SUBPROTOCOL: lambda value: token(str(value["application"])).encode(),
}


@dataclass(frozen=True, slots=True)
class Parts:
    """A group of frames, subprotocols or codes of errors, each by itself; ``name`` says which."""

    name: str

    @property
    def given(self) -> Sequence[str]:
        """No fields: a reader is given the bytes alone."""
        return ()

    def shared(self) -> Fields:
        """Return no fields: groups of this case type share none."""
        return {}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """What the specification itself does, for both implementations."""
        return dict.fromkeys((REFERENCE, FAST), partial(_READERS[self.name], case.wire))

    def writers(self, case: Case) -> Mapping[str, Callable[[], bytes]]:
        """What the specification itself does, for both implementations."""
        write = _WRITERS.get(self.name)
        return dict.fromkeys((REFERENCE, FAST), partial(write, case.value)) if write else {}

    def read(self, comment: str, wire: bytes, *rules: str) -> Case:
        """A case that is only read."""
        return Case(comment, rules, wire, _READERS[self.name](wire))

    def written(self, comment: str, value: Fields, *rules: str) -> Case:
        """A case of a value that is written."""
        return Case(comment, rules, _WRITERS[self.name](value), value, encode={})


@dataclass(frozen=True, slots=True)
class Sessions(CaseType):
    """A group of frames that one end receives.

    Attributes:
        hello: of that end.
        model: the file of the model that it holds, or empty.
    """

    hello: Hello
    model: bytes = b""

    @property
    def name(self) -> str:
        """The name of the case type, as it stands in a file."""
        return NAME

    @property
    def given(self) -> Sequence[str]:
        """The frames before."""
        return ("before",)

    def shared(self) -> Fields:
        """The hello, and the model."""
        shared = {"hello": build_control(self.hello).hex()}
        if not self.model:
            return shared
        return {**shared, "model": self.model.hex(), "model_id": read_model(self.model).model_id.hex()}

    def readers(self, case: Case) -> Mapping[str, Callable[[], Fields]]:
        """The reference, and the sessions of the package."""
        return {REFERENCE: partial(self._read, case), FAST: partial(self._read_fast, case)}

    def writers(self, _case: Case) -> Mapping[str, Callable[[], bytes]]:
        """What an end sends is its own choice."""
        return {}

    def _read(self, case: Case) -> Fields:
        models = {read_model(self.model).model_id: read_model(self.model)} if self.model else {}
        end = reference.End(self.hello, models)
        for frame, was_sent in _before(case):
            if was_sent:
                end.send(parse_control(frame))
            else:
                _accepted(end.receive, frame)
        match end.receive(case.wire):
            case None:
                return {"gives": "nothing"}
            case reference.File(data):
                return {"gives": "model", "data_hex": data.hex()}
            case reference.Said(data, is_text):
                return {"gives": "text" if is_text else "bytes", "data_hex": data.hex()}
            case streamed:
                raise AssertionError(f"messages of streams have vectors of their own: {streamed}")

    def _read_fast(self, case: Case) -> Fields:
        session = self._session(case)
        # it says what the vectors say, and allows a check of 32 bits wherever it is
        hello = replace(self.hello, codings=self.hello.codings | Codings.LONG_CHECK)
        assert session.data_to_send() == [build_control(hello)]  # noqa: S101
        sent: list[bytes] = []
        for frame, was_sent in _before(case):
            if was_sent:
                assert frame in sent  # noqa: S101
            else:
                _accepted(session.receive_data, frame)
                sent += session.data_to_send()
        match session.receive_data(case.wire):
            case [product.ModelFetched() as fetched]:
                return {"gives": "model", "data_hex": fetched.load().data.hex()}
            case [product.TextReceived(data)]:
                return {"gives": "text", "data_hex": data.encode().hex()}
            case [product.BytesReceived(data)]:
                return {"gives": "bytes", "data_hex": data.hex()}
            case _:
                return {"gives": "nothing"}

    def _session(self, case: Case) -> product.Session:
        """An end that sends what this one sends."""
        sent = (parse_control(frame) for frame, was_sent in _before(case) if was_sent)
        settings = product.Settings(
            product.Models([_load(self.model)] if self.model else []),
            memory=self.hello.memory,
            max_message=self.hello.max_message,
            max_modelled=self.hello.max_modelled,
            max_fetch=max((one.max_size for one in sent if isinstance(one, Request)), default=0),
        )
        return product.Session(settings, role="server")

    def accepted(self, comment: str, steps: Sequence[Step], *rules: str) -> Case:
        """A case of the last of these frames, received after those before it; the reference says what it gives."""
        case = _after(comment, steps, rules)
        return replace(case, value=self._read(case))

    def refused(self, code: Code, comment: str, steps: Sequence[Step], rule: str, flag: Flag) -> Case:
        """A case of the last of these frames, which is refused after those before it."""
        return placed(replace(_after(comment, steps, (rule,)), code=code, flag=flag), self)


@dataclass(frozen=True, slots=True)
class Sent:
    """A control frame that the end sends itself."""

    control: Control


Step = Sent | Control | bytes
"""A frame in a session; the end receives it if it does not send it."""


def _after(comment: str, steps: Sequence[Step], rules: tuple[str, ...]) -> Case:
    *before, last = steps
    rows = [
        {"sent": build_control(step.control).hex()}
        if isinstance(step, Sent)
        else {"received": _frame_of(step).hex()}
        for step in before
    ]
    return Case(comment, rules, _frame_of(last), given={"before": rows})


def _frame_of(step: Step) -> bytes:
    if isinstance(step, bytes):
        return step
    return build_control(step.control if isinstance(step, Sent) else step)


def _before(case: Case) -> list[tuple[bytes, bool]]:
    """The frames before, and whether the end sent them itself."""
    steps = cast("Sequence[Mapping[str, str]]", case.given["before"])
    return [(bytes.fromhex(frame), kind == "sent") for step in steps for kind, frame in step.items()]


def _accepted(receive: Callable[[bytes], object], frame: bytes) -> None:
    """Receive a frame that is not the one in question."""
    try:
        receive(frame)
    except DecodeError as error:
        raise AssertionError(f"a frame before the last is refused: {error}") from error


def from_shared(shared: Fields) -> Sessions:
    """What ``shared`` gave."""
    hello = parse_control(bytes.fromhex(str(shared["hello"])))
    assert isinstance(hello, Hello)  # noqa: S101
    return Sessions(hello, bytes.fromhex(str(shared.get("model", ""))))
