"""Structured messages, made at random: tables, markup, logs, metrics and traces of 0.3 to 16 KB.

Every kind is drawn from a seed of its own, so that a message is the same on every machine. Values are those of real
texts: identifiers that step, names that return, prices, times that move on, and now and then a field that is empty
or random.

Usage: python bench/structured_messages.py [--count N] [--seed N] > MESSAGES.jsonl
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

SIZES: Final = (300, 16_000)
"""Bytes of the shortest and of the longest message."""

_WORDS: Final[Sequence[str]] = re.findall(
    r"\w+",
    "account alarm anchor apple archive arrow basket battery beacon berry blanket bottle bracket branch "
    "bridge bucket button cabin cable camera candle canvas carbon cedar chain chapel cherry circle clay cloud "
    "copper corner cotton crystal delta desk diamond door drawer ember engine envelope fabric falcon feather "
    "fence filter flame forest frame garden glass granite grape hammer harbor helmet hinge island ivory "
    "jacket kettle ladder lamp lantern leaf lemon lever linen magnet maple marble meadow mirror motor needle "
    "olive orange orchard paddle panel paper pepper pillow pine pipe planet plate pocket pulley quartz rail "
    "ribbon river rocket rope saddle salt sand screw shelf signal silver socket spring stone storm table "
    "thread tile timber tower tunnel valve velvet violet wagon walnut water wheel willow window wire ",
)
_NAMES: Final[Sequence[str]] = re.findall(
    r"\w+", "ana ben carla dmitri elif farid grace hugo irma jonas kofi lena mia noor oleg priya"
)


class Draw(random.Random):
    """What the kinds draw their values from."""

    def word(self) -> str:
        """A noun."""
        return self.choice(_WORDS)

    def name(self) -> str:
        """A first name."""
        return self.choice(_NAMES)

    def words(self, least: int, most: int) -> str:
        """Some nouns with spaces between them."""
        return " ".join(self.word() for _ in range(self.randint(least, most)))

    def time(self) -> datetime:
        """A moment of the last years."""
        return datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=self.randrange(110_000_000))

    def hexadecimal(self, digits: int) -> str:
        """A random number in hexadecimal."""
        return f"{self.getrandbits(4 * digits):0{digits}x}"

    def uuid(self) -> str:
        """A random UUID."""
        return str(uuid.UUID(int=self.getrandbits(128), version=4))

    def ip(self) -> str:
        """An address."""
        return ".".join(str(self.randrange(1, 255)) for _ in range(4))

    def length(self) -> int:
        """Bytes of a message, as likely twice as half."""
        return int(math.exp(self.uniform(*map(math.log, SIZES))))


Column = Callable[[], str]


def _column(draw: Draw) -> tuple[str, Column]:
    """A column of a table: its name, and what gives its next value."""
    state = [draw.choice((1, 1, 100, draw.randrange(1_000_000)))]
    moment = [draw.time()]
    step, scale, pool = (
        draw.choice((1, 1, 1, 2, 5, 10)),
        draw.choice((10, 100, 1000)),
        draw.words(3, 9).split(),
    )
    constant = draw.choice(("true", "EUR", "0", "n/a", "active", "9.99"))

    def stepping() -> str:
        state[0] += step
        return str(state[0])

    def later() -> datetime:
        moment[0] += timedelta(seconds=draw.randrange(1, 7200))
        return moment[0]

    prefix = draw.word()
    columns: dict[str, Column] = {
        "id": stepping,
        "name": lambda: f"{prefix}-{state[0]}" if draw.random() < 0.7 else draw.words(1, 2),
        "category": lambda: draw.choice(pool),
        "price": lambda: f"{draw.randrange(100, 100_000) / 100:.2f}",
        "count": lambda: str(draw.randrange(scale)),
        "active": lambda: draw.choice(("true", "false")),
        "status": lambda: constant,
        "created": lambda: later().isoformat(timespec="seconds").replace("+00:00", "Z"),
        "day": lambda: f"{later():%Y-%m-%d}",
        "owner": draw.name,
        "email": lambda: f"{draw.name()}.{draw.word()}@example.com",
        "ratio": lambda: f"{draw.random():.{draw.choice((3, 4))}f}",
        "key": lambda: draw.hexadecimal(8),
        "uuid": draw.uuid,
        "note": lambda: draw.words(0, 5),
    }
    name = draw.choice(list(columns))
    return name, columns[name]


def _columns(draw: Draw) -> list[tuple[str, Column]]:
    named = dict(_column(draw) for _ in range(draw.randint(2, 9)))
    return list(named.items())


def csv(draw: Draw) -> Iterator[str]:
    """A table with commas, semicolons or tabs."""
    columns, comma = _columns(draw), draw.choice(",,,;\t")
    yield comma.join(name for name, _ in columns) + "\n"
    while True:
        yield comma.join(value() for _, value in columns) + "\n"


def markdown(draw: Draw) -> Iterator[str]:
    """A table of Markdown."""
    columns = _columns(draw)
    yield "| " + " | ".join(name for name, _ in columns) + " |\n"
    yield "|" + "---|" * len(columns) + "\n"
    while True:
        yield "| " + " | ".join(value() for _, value in columns) + " |\n"


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def rows(draw: Draw) -> Iterator[str]:
    """Rows of JSON in a list."""
    columns, tight = _columns(draw), draw.random() < 0.5
    separators = (",", ":") if tight else (", ", ": ")
    before = "["
    while True:
        yield before + json.dumps({name: _value(value()) for name, value in columns}, separators=separators)
        before = separators[0]


def ndjson(draw: Draw) -> Iterator[str]:
    """Events, one object a line."""
    columns, moment = _columns(draw), draw.time()
    kinds = [f"{draw.word()}.{draw.choice(('created', 'updated', 'deleted', 'failed'))}" for _ in range(4)]
    while True:
        moment += timedelta(milliseconds=draw.randrange(1, 90_000))
        event = {"ts": moment.isoformat(timespec="milliseconds"), "event": draw.choice(kinds)}
        event |= {name: _value(value()) for name, value in columns}
        if draw.random() < 0.2:
            event["error"] = draw.words(2, 5)
        yield json.dumps(event, separators=(",", ":")) + "\n"


def xml(draw: Draw) -> Iterator[str]:
    """Elements of XML."""
    columns, item, indent = _columns(draw), draw.word(), draw.choice(("", "  "))
    line = "\n" if indent else ""
    yield f'<?xml version="1.0"?>{line}<{item}s>{line}'
    number = draw.randrange(1000)
    while True:
        number += 1
        fields = "".join(f"{indent * 2}<{name}>{value()}</{name}>{line}" for name, value in columns)
        yield f'{indent}<{item} id="{number}">{line}{fields}{indent}</{item}>{line}'


def access_log(draw: Draw) -> Iterator[str]:
    """Lines of a web server."""
    moment = draw.time()
    addresses = [draw.ip() for _ in range(draw.randint(1, 8))]
    paths = [f"/{draw.choice(('api', 'v1', 'static'))}/{draw.word()}" for _ in range(5)]
    agents = [
        f"Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
        for version in (draw.randrange(90, 140), draw.randrange(90, 140))
    ] + [f"curl/8.{draw.randrange(9)}.0"]
    while True:
        moment += timedelta(seconds=draw.randrange(20))
        query = draw.choice(("", f"/{draw.randrange(10_000)}", f"?page={draw.randrange(40)}"))
        status = draw.choice((200, 200, 200, 201, 304, 404, 500))
        yield (
            f"{draw.choice(addresses)} - - [{moment:%d/%b/%Y:%H:%M:%S +0000}] "
            f'"{draw.choice(("GET", "GET", "POST"))} {draw.choice(paths)}{query} HTTP/1.1" {status} '
            f'{draw.randrange(20_000)} "-" "{draw.choice(agents)}"\n'
        )


def service_log(draw: Draw) -> Iterator[str]:
    """Lines of a service."""
    moment, parts = draw.time(), [draw.word() for _ in range(3)]
    sentences = [(draw.words(2, 4), draw.word()) for _ in range(draw.randint(2, 6))]
    while True:
        moment += timedelta(milliseconds=draw.randrange(1, 4000))
        text, field = draw.choice(sentences)
        value = draw.choice((str(draw.randrange(5000)), draw.hexadecimal(8), draw.ip()))
        yield (
            f"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03d} "
            f"{draw.choice(('INFO', 'INFO', 'INFO', 'WARN', 'ERROR'))} [{draw.choice(parts)}] "
            f"{text} {field}={value}\n"
        )


def prometheus(draw: Draw) -> Iterator[str]:
    """Metrics as Prometheus reads them."""
    while True:
        name, word = f"{draw.word()}_{draw.word()}_total", draw.word()
        yield f"# HELP {name} Number of {word}s.\n# TYPE {name} counter\n"
        for _ in range(draw.randint(2, 12)):
            method, code = draw.choice(("GET", "POST", "PUT")), draw.choice((200, 404, 500))
            labels = f'method="{method}",handler="/{draw.word()}",code="{code}"'
            yield f"{name}{{{labels}}} {draw.randrange(1_000_000)}\n"


def sql(draw: Draw) -> Iterator[str]:
    """Statements that insert rows."""
    table = draw.word()
    while True:
        columns = _columns(draw)
        names = ", ".join(name for name, _ in columns)
        yield f"INSERT INTO {table}s ({names}) VALUES\n"
        for number in range(last := draw.randint(3, 30)):
            values = ", ".join(
                text if isinstance(_value(text), int | float) else f"'{text}'"
                for text in (value() for _, value in columns)
            )
            yield f"  ({values}){';' if number == last - 1 else ','}\n"


def geojson(draw: Draw) -> Iterator[str]:
    """Points and lines on a map."""
    longitude, latitude = draw.uniform(-180, 180), draw.uniform(-80, 80)
    digits = draw.choice((4, 5, 6, 7))
    yield '{"type":"FeatureCollection","features":['
    comma = ""
    while True:
        points = []
        for _ in range(draw.choice((1, 1, 4, 12))):
            longitude, latitude = longitude + draw.gauss(0, 0.01), latitude + draw.gauss(0, 0.01)
            points.append([round(longitude, digits), round(latitude, digits)])
        shape: dict[str, Any] = (
            {"type": "Point", "coordinates": points[0]}
            if len(points) == 1
            else {"type": "LineString", "coordinates": points}
        )
        feature = {"type": "Feature", "properties": {"name": draw.words(1, 2)}, "geometry": shape}
        yield comma + json.dumps(feature, separators=(",", ":"))
        comma = ","


def svg(draw: Draw) -> Iterator[str]:
    """Shapes of a drawing."""
    colours = [f"#{draw.hexadecimal(6)}" for _ in range(4)]
    yield '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480">'
    step = draw.randrange(5, 40)
    number = 0
    while True:
        number += 1
        x, y, colour = draw.randrange(640), draw.randrange(480), draw.choice(colours)
        yield draw.choice(
            (
                f'<rect x="{number * step}" y="0" width="{step - 2}" height="{y}" fill="{colour}"/>',
                f'<circle cx="{x}" cy="{y}" r="{draw.randrange(2, 20)}" fill="{colour}"/>',
                f'<path d="M{x} {y}L{draw.randrange(640)} {draw.randrange(480)}" stroke="{colour}"/>',
            )
        )


def listing(draw: Draw) -> Iterator[str]:
    """A directory as ``ls -l`` shows it."""
    owner, moment = draw.name(), draw.time()
    stem, ending = draw.word(), draw.choice((".txt", ".py", ".log", ".json"))
    number = 0
    while True:
        number += 1
        moment += timedelta(minutes=draw.randrange(300))
        mode = draw.choice(("-rw-r--r--", "-rw-r--r--", "drwxr-xr-x"))
        name = draw.choice((f"{stem}_{number:03d}{ending}", f"{draw.word()}{ending}"))
        yield f"{mode} 1 {owner} staff {draw.randrange(10 ** draw.randint(2, 6)):7} {moment:%b %e %H:%M} {name}\n"


def trace(draw: Draw) -> Iterator[str]:
    """Stack traces, of Java or of Python."""
    package = f"com.{draw.word()}.{draw.word()}"
    classes = [
        f"{draw.word().title()}{draw.choice(('Service', 'Controller', 'Handler', 'Client'))}"
        for _ in range(6)
    ]
    is_java = draw.random() < 0.5
    while True:
        if is_java:
            kind = draw.choice(("IllegalState", "NullPointer", "Runtime"))
            yield f"java.lang.{kind}Exception: {draw.words(2, 6)}\n"
            for _ in range(draw.randint(4, 20)):
                name = draw.choice(classes)
                yield f"\tat {package}.{name}.{draw.word()}({name}.java:{draw.randrange(600)})\n"
        else:
            yield "Traceback (most recent call last):\n"
            for _ in range(draw.randint(3, 12)):
                yield (
                    f'  File "/srv/{package.replace(".", "/")}/{draw.word()}.py", line {draw.randrange(900)}, '
                    f"in {draw.word()}\n    {draw.word()} = self.{draw.word()}({draw.word()})\n"
                )
            yield f"{draw.choice(('Value', 'Key', 'Type'))}Error: {draw.words(2, 6)}\n"


def settings(draw: Draw) -> Iterator[str]:
    """Settings by sections, as in INI files and YAML."""
    is_yaml = draw.random() < 0.5
    while True:
        yield f"{draw.word()}:\n" if is_yaml else f"[{draw.word()}]\n"
        for _ in range(draw.randint(2, 8)):
            value = draw.choice(
                (draw.word(), str(draw.randrange(10_000)), draw.choice(("true", "false")), draw.ip())
            )
            name = f"{draw.word()}_{draw.choice(('size', 'limit', 'path', 'name', 'timeout'))}"
            yield f"  {name}: {value}\n" if is_yaml else f"{name} = {value}\n"


KINDS: Final[Mapping[str, Callable[[Draw], Iterator[str]]]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            *(csv, markdown, rows, ndjson, xml, access_log, service_log, prometheus),
            *(sql, geojson, svg, listing, trace, settings),
        )
    }
)


def message(kind: str, seed: int) -> str:
    """A message of a kind."""
    draw = Draw(f"{kind} {seed}")
    wanted, text = draw.length(), ""
    for part in KINDS[kind](draw):
        text += part
        if len(text) >= wanted:
            return text
    raise AssertionError("a kind goes on for ever")


def main() -> None:
    """Print messages of all kinds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=20, help="messages of each kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for kind in KINDS:
        for number in range(given.count):
            text = message(kind, 1_000_003 * given.seed + number)
            print(json.dumps({"text": text, "role": "tool", "source": f"{kind}#{number}"}))


if __name__ == "__main__":
    main()
