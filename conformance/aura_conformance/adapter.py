"""The protocol for the implementations of this project: ``python -m aura_conformance.adapter BACKEND``.

Level 0, with ``decode [--model FILE]`` behind that. An adapter reads a request, calls its library, and says what
came of it; of what is expected it knows nothing.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

from aura_conformance.protocol import VERSION
from aura_conformance.suite import MESSAGE
from aura_spec.errors import DecodeError
from aura_spec.limits import DEFAULT_MAX_SIZE
from aura_vectors.case import Case, CaseType, Fields
from aura_vectors.case_types import case_type_of
from aura_vectors.case_types.model import SECTION
from aura_vectors.file import SPEC

PROFILES = {
    "reference": (
        *("decoder-core", "adaptive", "fuzzy", "decoder", "encoder"),
        *("tag", "stream", "session", "event-stream", "chunked", "parts"),
    ),
    "fast": (
        *("decoder-core", "adaptive", "fuzzy", "decoder"),
        *("tag", "stream", "session", "event-stream", "chunked"),
    ),
    "native": ("decoder-core", "adaptive", "fuzzy", "decoder", "encoder", "stream", "event-stream"),
}


class Adapter:
    """Answers requests with a backend, ``native``, ``fast`` or ``reference``."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self.models: dict[object, object] = {}

    def answer(self, request: Fields) -> Fields:
        """The answer to a request."""
        if request["cmd"] == "start":
            name = {"name": f"aura-codec, {self.backend}", "version": version("aura-codec")}
            return {"protocol": VERSION, **name, "spec": [SPEC], "profiles": list(PROFILES[self.backend])}
        if request["cmd"] == "model":
            self.models[request["id"]] = request["data"]
            return {"seq": request["seq"], "ok": True}
        do = self.decode if request["cmd"] == "decode" else self.encode
        try:
            return {"seq": request["seq"], **do(request)}
        except DecodeError as error:
            refusal = {"code": error.code, "offset": error.offset, "message": error.reason}
            return {"seq": request["seq"], "error": refusal}
        except Exception as error:  # noqa: BLE001  # whatever it is, the runner shall hear of it
            return {"seq": request["seq"], "errored": {"message": f"{type(error).__name__}: {error}"}}

    def decode(self, request: Fields) -> Fields:
        """What the wire says."""
        case_type, given = self._told(request)
        case = Case("", (), bytes.fromhex(str(request["wire"])), given=given)
        if (read := case_type.readers(case).get(self.backend)) is None:
            return {"skipped": {"reason": f"{self.backend} does not have this"}}
        return read() if request["case_type"] == MESSAGE else {"value": read()}

    def encode(self, request: Fields) -> Fields:
        """The wire of a value."""
        case_type, given = self._told(request)
        if case_type.name == SECTION:
            return {"skipped": {"reason": "sections are written with the rest of a file"}}
        value = request.get("value", {"text_hex": request.get("text_hex")})
        case = Case("", (), b"", value if isinstance(value, dict) else {}, given, encode=request)
        if (write := case_type.writers(case).get(self.backend)) is None:
            return {"skipped": {"reason": f"{self.backend} does not write this"}}
        return {"wire": write().hex()}

    def _told(self, request: Fields) -> tuple[CaseType, Fields]:
        held = {"model": self.models[request["model"]]} if "model" in request else {}
        case_type = case_type_of({**request, **held})
        return case_type, {name: request[name] for name in case_type.given}


def _decode_one(adapter: Adapter, model: list[str]) -> int:
    """Level 0: from standard input to standard output; the exit status."""
    request = {"case_type": MESSAGE, "templates": {}, "phrases": {}, "max_size": DEFAULT_MAX_SIZE}
    if model:
        adapter.models[""] = Path(model[0]).read_bytes().hex()
        request["model"] = ""
    try:
        value = adapter.decode({**request, "wire": sys.stdin.buffer.read().hex()})
    except DecodeError as error:
        print(error.code, error.reason, file=sys.stderr)
        return 1
    sys.stdout.buffer.write(bytes.fromhex(str(value["text_hex"])))
    return 0


def main(arguments: list[str]) -> int:
    """Answer what comes in on standard input; the exit status."""
    adapter = Adapter(arguments[0])
    if arguments[1:2] == ["decode"]:
        return _decode_one(adapter, arguments[3:])
    for line in sys.stdin:
        request = json.loads(line)
        if request["cmd"] == "stop":
            break
        print(json.dumps(adapter.answer(request)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
