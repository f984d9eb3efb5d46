"""An implementation with every bad habit: what it does depends on the first byte of a wire."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path


def decode(request: Mapping[str, str], seq: int) -> dict[str, object]:  # noqa: C901, PLR0911, PLR0912  # one habit each
    wire = request["wire"]
    match wire[:2]:
        case "07":
            return {"text_hex": wire[2:]}
        case "c0":
            print("out of luck", file=sys.stderr)
            sys.exit(3)
        case "c1":
            time.sleep(60)
        case "c2":
            print("debug: decoding", flush=True)
        case "c3":
            return {"seq": seq + 1, "text_hex": ""}
        case "c4":
            return {"text_hex": "AB"}
        case "c5":
            return {"skipped": {"reason": "later"}}
        case "c6":
            return {"errored": {"message": "IndexError"}}
        case "c7":
            return {"error": {"code": "Truncated", "offset": 1, "message": "too short"}}
        case "c8":
            return {"text_hex": "00"}
        case "c9":
            return {"error": {}}
        case "ca":
            return {"nothing": 0}
        case "cb":
            return {"error": "Malformed"}
        case "cd":
            return {"error": {"code": "Unsupported" if "requires" in request else "Malformed"}}
    return {"error": {"code": "Malformed"}}


def encode(request: Mapping[str, str]) -> dict[str, object]:
    match request.get("text_hex", "of no message"):
        case "00":
            return {"wire": "c8"}
        case "62" | "of no message":
            return {"wire": "0763"}
        case text:
            return {"wire": f"07{text}"}


def answer(request: Mapping[str, str]) -> dict[str, object]:
    seq = int(request.get("seq", 0))
    match request["cmd"]:
        case "start":
            return {"protocol": 1, "name": "fake", "version": "0", "spec": ["0.1.0"], "profiles": []}
        case "model" if request["data"] == "00":
            return {"seq": seq, "skipped": {"reason": "no models"}}
        case "model":
            return {"seq": seq, "ok": True}
        case "decode" if request["case_type"] != "message":
            return {"seq": seq, "value": {"value": "1"}}
        case "decode":
            return {"seq": seq, **decode(request, seq)}
        case _:
            return {"seq": seq, **encode(request)}


def level_zero() -> int:
    wire = sys.stdin.buffer.read().hex()
    found = decode({"wire": wire}, 0)
    if "text_hex" in found:
        sys.stdout.buffer.write(bytes.fromhex(str(found["text_hex"])))
        return 0
    print("a warning\nMalformed: bad", file=sys.stderr)
    return 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["ends"]:
            sys.exit("no luck at all")
        case ["silent"]:
            time.sleep(60)
        case ["old"]:
            print('{"protocol": 0}', flush=True)
        case ["odd"]:
            print('{"protocol": 1, "spec": "1"}', flush=True)
        case ["once", path]:  # starts, and after a crash never again
            if Path(path).exists():
                sys.exit("once was enough")
            Path(path).touch()
        case ["decode", *_]:
            sys.exit(level_zero())
    for line in sys.stdin:
        parsed = json.loads(line)
        if parsed["cmd"] == "stop":
            break
        print(json.dumps(answer(parsed)), flush=True)
