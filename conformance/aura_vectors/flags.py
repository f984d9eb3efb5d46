"""The mistakes that the cases catch, by name, and what each leads to.

An invalid case has the flag of the decoder that would take it. A valid one has the flags of its rules: the
implementations that make the mistake read or write something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final


class Flag(StrEnum):
    """Names of mistakes."""

    @staticmethod
    def _generate_next_value_(name: str, _start: int, _count: int, _last: list[str]) -> str:
        return name.title().replace("_", "")

    READS_PAST_END = auto()
    READS_BEFORE_START = auto()
    IGNORES_TRAILING_BYTES = auto()
    PADS_INPUT = auto()
    TRUSTS_CLAIMS = auto()
    INDEXES_OUTSIDE = auto()
    SHIFTS_TOO_FAR = auto()
    IGNORES_LIMIT = auto()
    WRONG_LENGTH = auto()
    IGNORES_CHECKSUM = auto()
    IGNORES_MAGIC = auto()
    IGNORES_VERSION = auto()
    IGNORES_COUNT = auto()
    IGNORES_ORDER = auto()
    ACCEPTS_RESERVED = auto()
    OVERLONG_INTEGER = auto()
    UNBOUNDED_INTEGER = auto()
    LAX_UTF8 = auto()
    LAX_PATTERN = auto()
    SECOND_SPELLING = auto()
    LAX_TIMESTAMP = auto()
    WRONG_SLOT_COUNT = auto()
    UNKNOWN_TEMPLATE = auto()
    OTHER_MODEL = auto()
    BROKEN_TABLE = auto()
    NOTHING_LEFT = auto()
    UNCHECKED_START = auto()
    UNCHECKED_END = auto()
    ANY_IN_INTERVAL = auto()
    BEYOND_OPTIONS = auto()
    END_INSIDE_TEXT = auto()
    COPIES_FROM_OUTSIDE = auto()
    UNITS_AND_LENGTH = auto()
    FORGETS_WINDOW = auto()
    MISSING_PART = auto()
    LAX_CHAR_RUN_LIST = auto()
    LARGE_WINDOW = auto()
    FORGETS_STREAM = auto()
    FORGETS_SESSION = auto()

    OFF_BY_ONE = auto()
    CHARACTERS_FOR_BYTES = auto()
    BYTE_ORDER = auto()
    SMALL_INTEGERS = auto()
    WRONG_SIGN = auto()
    LOSES_FORM = auto()
    SLOT_ORDER = auto()
    GREEDY_MATCH = auto()
    NO_RENORMALISATION = auto()
    LOST_CARRY = auto()
    ROUNDED_DIVISION = auto()
    WRONG_TAIL = auto()
    WRONG_TAG = auto()
    WRONG_ESCAPE = auto()
    FORGETS_EXCLUSION = auto()
    WRONG_CONTEXT = auto()
    WRONG_WEIGHT = auto()
    SIGNED_PRODUCT = auto()
    WRONG_MATCH = auto()
    WRONG_CHAR_RUN = auto()
    OTHER_MEMORY = auto()
    WRONG_SLOT = auto()
    WRONG_CANDIDATE = auto()
    WRONG_PREFIX = auto()
    WRONG_EXAMPLE = auto()
    WRONG_NUMBER = auto()
    WRONG_MIXTURE = auto()
    FORGETS_FEEDING = auto()
    WRONG_LANE = auto()
    OVERLAPPING_COPY = auto()
    STALE_TABLE = auto()
    WRONG_RECENT = auto()
    BIT_ORDER = auto()
    WRONG_PHRASE = auto()
    OTHER_PARSE = auto()
    LOST_PART = auto()
    FRAME_VARIANTS = auto()
    WRONG_FRAME = auto()
    NEEDS_WHOLE = auto()
    WRONG_WINDOW = auto()


@dataclass(frozen=True, slots=True)
class Note:
    """What a flag stands for.

    Attributes:
        bug: what the implementation does, to follow "it".
        effect: what that leads to.
        rules: of valid cases that catch it.
    """

    bug: str
    effect: str
    rules: tuple[str, ...] = ()


_OTHER_TEXT: Final = "it decodes to another text"
_TWO_WIRES: Final = "two messages say the same, so that one can be changed without a trace"
_HIDDEN: Final = "a message can carry what nobody sees; damage passes for a message"
_MEMORY: Final = "a few bytes take all memory, or all time"
_CRASH: Final = "it crashes, or gives away what else is in memory"

NOTES: Final[Mapping[Flag, Note]] = {
    Flag.READS_PAST_END: Note("reads on where the bytes have ended", _CRASH),
    Flag.READS_BEFORE_START: Note("reads backwards beyond the first byte", _CRASH),
    Flag.IGNORES_TRAILING_BYTES: Note("stops where it has all it wants, and leaves bytes unread", _HIDDEN),
    Flag.PADS_INPUT: Note(
        "goes on with zeros where bytes are missing", "what was cut off passes for a message"
    ),
    Flag.TRUSTS_CLAIMS: Note("allocates or loops by a number before it checks it", _MEMORY),
    Flag.INDEXES_OUTSIDE: Note("looks up a number that its table does not have", _CRASH),
    Flag.SHIFTS_TOO_FAR: Note("shifts by more bits than its integers have", "the result differs by machine"),
    Flag.IGNORES_LIMIT: Note("checks the limit too late, or never", _MEMORY),
    Flag.WRONG_LENGTH: Note("goes by something else than the stated length", _HIDDEN),
    Flag.IGNORES_CHECKSUM: Note("does not compare the checksum", "damage goes unnoticed"),
    Flag.IGNORES_MAGIC: Note("does not look at the first bytes", "other data pass for a container"),
    Flag.IGNORES_VERSION: Note("does not look at the version", "it misreads what a later version writes"),
    Flag.IGNORES_COUNT: Note("reads as many parts as there are, not as many as stated", _HIDDEN),
    Flag.IGNORES_ORDER: Note("takes parts in any order, or one twice", _TWO_WIRES),
    Flag.ACCEPTS_RESERVED: Note(
        "takes a value that means nothing for one that does", "it misreads later versions"
    ),
    Flag.OVERLONG_INTEGER: Note("takes integers with needless bytes", _TWO_WIRES),
    Flag.UNBOUNDED_INTEGER: Note(
        "lets integers wrap, or grow without bound", "it reads a wrong number, or for ever"
    ),
    Flag.LAX_UTF8: Note("takes what is not UTF-8, or replaces it", _TWO_WIRES),
    Flag.LAX_PATTERN: Note("takes a pattern that is none", "both ends render different texts"),
    Flag.SECOND_SPELLING: Note("takes a spelling of a value that another one is prescribed for", _TWO_WIRES),
    Flag.LAX_TIMESTAMP: Note(
        "takes what no calendar or clock shows", "it renders something else, or crashes"
    ),
    Flag.WRONG_SLOT_COUNT: Note("takes a value too few or too many", "it renders a text with holes"),
    Flag.UNKNOWN_TEMPLATE: Note("renders what it does not hold as nothing", "text is lost without an error"),
    Flag.OTHER_MODEL: Note(
        "reads with a model or dictionary that was not meant", "it gives another text, not an error"
    ),
    Flag.BROKEN_TABLE: Note("takes frequencies that make no table", "it divides by zero, or never ends"),
    Flag.NOTHING_LEFT: Note("goes on where no symbol is left", "it divides by zero, or takes a symbol twice"),
    Flag.UNCHECKED_START: Note("does not check what it starts from", _TWO_WIRES),
    Flag.UNCHECKED_END: Note("does not check what it ends with", _HIDDEN),
    Flag.ANY_IN_INTERVAL: Note(
        "takes any string of the interval, not only the shortest and smallest", _TWO_WIRES
    ),
    Flag.BEYOND_OPTIONS: Note("takes what division leaves over for the last option", _TWO_WIRES),
    Flag.END_INSIDE_TEXT: Note("takes an end inside a text for the end of the text", _TWO_WIRES),
    Flag.COPIES_FROM_OUTSIDE: Note("copies from before the start of the text", _CRASH),
    Flag.UNITS_AND_LENGTH: Note(
        "pads or cuts what does not have the stated length", "text is lost without an error"
    ),
    Flag.FORGETS_WINDOW: Note("copies from beyond the window", "other decoders refuse the message"),
    Flag.MISSING_PART: Note(
        "works without a part that has to be there", "both ends code with different numbers"
    ),
    Flag.LAX_CHAR_RUN_LIST: Note(
        "takes a list for character runs that cannot be", "a list stands in where none should"
    ),
    Flag.LARGE_WINDOW: Note("enables the extension for large windows", _MEMORY),
    Flag.FORGETS_STREAM: Note(
        "does not check that a message of a stream is the next one, and whole", _OTHER_TEXT
    ),
    Flag.FORGETS_SESSION: Note(
        "takes a frame that has no place in the session, or not there",
        "both ends go on with different agreements",
    ),
    Flag.OFF_BY_ONE: Note(
        "refuses what is exactly at a limit",
        "messages of other implementations are refused",
        (
            "LIM-1",
            "LIM-3",
            "LIM-4",
            "LIM-5",
            "AUR-9",
            "AUR-12",
            "FRS-13",
            "FUZ-6",
            "VAR-3",
            "SES-17",
            "SES-18",
            "CHK-1",
            "CHK-2",
        ),
    ),
    Flag.CHARACTERS_FOR_BYTES: Note(
        "counts characters, or makes bytes into text and back",
        _OTHER_TEXT,
        ("STO-1", "TPL-5", "SLT-2", "FRS-12"),
    ),
    Flag.BYTE_ORDER: Note(
        "reads bytes or words in the other order",
        "nothing works",
        ("CLS-1", "BRI-2", "IRN-3", "RNS-2", "SES-3", "CHK-3", "CHK-6", "CHK-8"),
    ),
    Flag.SMALL_INTEGERS: Note(
        "keeps integers in 32 bits, or in floats",
        "it reads a wrong number",
        ("VAR-1", "TYP-1", "FUZ-1", "SLT-6", "SLT-7"),
    ),
    Flag.WRONG_SIGN: Note("unfolds signs wrongly at the edges", _OTHER_TEXT, ("VAR-4", "SLT-6")),
    Flag.LOSES_FORM: Note(
        "renders a value in another case_type than it had",
        "the text is not the same, if close",
        ("SLT-7", "SLT-8", "SLT-9", "SLT-10", "SLT-11", "SLT-12", "SLT-13", "FRS-3"),
    ),
    Flag.SLOT_ORDER: Note(
        "takes slots in the order in which they stand", _OTHER_TEXT, ("TPL-2", "TPL-3", "TYP-2", "FRS-7")
    ),
    Flag.GREEDY_MATCH: Note(
        "tries to match a template in other ways", "it writes other bytes", ("TPL-7", "TPL-8")
    ),
    Flag.NO_RENORMALISATION: Note(
        "takes in too few bytes or words, or too late",
        "all goes wrong from some symbol on",
        ("RNG-3", "RNS-3", "IRN-4", "IRN-6"),
    ),
    Flag.LOST_CARRY: Note(
        "does not carry into bytes that it has written", "rarely, a text comes out wrong", ("RNG-3",)
    ),
    Flag.ROUNDED_DIVISION: Note(
        "divides in floats or signed integers", "rarely, a symbol comes out wrong", ("RNG-2",)
    ),
    Flag.WRONG_TAIL: Note(
        "takes the end of a string to be a byte earlier or later",
        "short messages are refused",
        ("RNG-4", "RNG-6", "AUR-6", "AUR-7", "AUR-10", "AUR-11", "FUZ-3"),
    ),
    Flag.WRONG_TAG: Note(
        "takes the tag from another byte, or refuses one that it should accept",
        "tagged messages of others are refused",
        ("TAG-2", "TAG-3", "TAG-4", "TAG-5"),
    ),
    Flag.WRONG_ESCAPE: Note(
        "gives the escape another place or weight, or leaves the context wrongly",
        "what the model does not predict comes out wrong",
        ("AUR-2", "AUR-3", "CTX-5", "CTX-6"),
    ),
    Flag.FORGETS_EXCLUSION: Note(
        "does not exclude what lists before an escape or a miss ruled out",
        "texts with two escapes or a miss come out wrong",
        ("AUR-4", "AUR-5", "CTX-2"),
    ),
    Flag.WRONG_CONTEXT: Note(
        "goes on in another context than the longest",
        "all goes wrong from some symbol on",
        ("AUR-1", "CTX-1", "CTX-3", "TRI-4", "TRI-5", "TRI-6"),
    ),
    Flag.WRONG_WEIGHT: Note(
        "computes another frequency from a code, or orders equals otherwise",
        "all goes wrong from some symbol on",
        ("CTX-4", "CTX-7", "IRN-2", "IRN-7", "MAT-4", "MAT-6"),
    ),
    Flag.SIGNED_PRODUCT: Note(
        "multiplies in 53 bits or in signed integers",
        "matches are missed, or found where there are none",
        ("MAT-1",),
    ),
    Flag.WRONG_MATCH: Note(
        "begins, follows or leaves a match otherwise",
        "texts that repeat come out wrong",
        ("MAT-2", "MAT-3", "MAT-5", "MAT-7", "MAT-8", "HIS-1", "HIS-2", "HIS-3", "LOC-5"),
    ),
    Flag.WRONG_CHAR_RUN: Note(
        "counts character runs otherwise, or lets contexts give way where they should not",
        "numbers and identifiers come out wrong",
        ("RUN-1", "RUN-2", "RUN-3", "RUN-4", "RUN-5"),
    ),
    Flag.OTHER_MEMORY: Note(
        "remembers something else of a stream than the other end",
        "all goes wrong from some message on",
        (*(f"STR-{number}" for number in range(1, 13)), "LOC-10", "LOC-12", "FUZ-5"),
    ),
    Flag.WRONG_SLOT: Note(
        "finds other slots for the contexts of the local model, or learns otherwise what followed",
        "all goes wrong from some symbol on",
        ("LOC-1", "LOC-2", "LOC-3", "LOC-4", "LOC-11"),
    ),
    Flag.WRONG_CANDIDATE: Note(
        "lists or tries other candidates, or in another order",
        "what repeats comes out wrong",
        ("LOC-8", "LOC-9"),
    ),
    Flag.WRONG_PREFIX: Note(
        "looks into the prefix of a model otherwise",
        "messages that repeat the model's prefix come out wrong",
        ("LOC-13",),
    ),
    Flag.WRONG_EXAMPLE: Note(
        "takes another text for the example of a template",
        "messages that are close to a template come out wrong",
        ("FUZ-4",),
    ),
    Flag.WRONG_NUMBER: Note(
        "reads, predicts or learns numbers otherwise",
        "messages with numbers that step come out wrong",
        ("LOC-6", "LOC-7"),
    ),
    Flag.WRONG_MIXTURE: Note(
        "mixes or learns the probabilities of candidates otherwise",
        "all goes wrong from some symbol on",
        tuple(f"MIX-{number}" for number in range(1, 7)),
    ),
    Flag.FORGETS_FEEDING: Note(
        "does not go on in the model over bytes that are not coded",
        "frames with literals come out wrong",
        ("FRS-2", "FRS-8", "FRS-9", "FRS-10"),
    ),
    Flag.WRONG_LANE: Note(
        "takes lanes or batches in another order",
        "all but the shortest payloads come out wrong",
        ("IRN-1", "IRN-5", "TRI-1", "BII-4", "ADA-3"),
    ),
    Flag.OVERLAPPING_COPY: Note(
        "copies a block at once where it overlaps what it makes",
        "repetitions come out wrong",
        ("LZ-1", "BII-9"),
    ),
    Flag.STALE_TABLE: Note(
        "adapts tables too early or too late",
        "all goes wrong from the second round on",
        ("ADA-1", "ADA-2", "ADA-4"),
    ),
    Flag.WRONG_RECENT: Note(
        "keeps recent distances in another order", "matches copy the wrong bytes", ("BII-5", "BII-7")
    ),
    Flag.BIT_ORDER: Note(
        "takes extra bits from the other end", "matches copy the wrong bytes", ("BII-6", "BII-8", "IRN-9")
    ),
    Flag.WRONG_PHRASE: Note(
        "takes another phrase, or one where bytes stand",
        _OTHER_TEXT,
        ("TOK-1", "TOK-3", "UNI-1", "UNI-2", "UNI-3"),
    ),
    Flag.OTHER_PARSE: Note(
        "cuts the text into other matches and phrases",
        "it writes other bytes; a decoder does not mind",
        ("PAR-1", "PAR-2", "PAR-3", "PAR-4", "PAR-5", "PAR-6", "CHK-10"),
    ),
    Flag.LOST_PART: Note(
        "drops or misreads a part of a model",
        "both ends code with different numbers",
        (
            *("MDL-1", "MDL-3", "MDL-4", "MDL-6", "MDL-8", "HIS-4", "TRI-2", "TRI-3", "TRI-7"),
            *("TPL-1", "TPL-4", "TPL-6", "BRI-3", "RNS-4"),
        ),
    ),
    Flag.FRAME_VARIANTS: Note(
        "reads only the frames that its own library writes",
        "messages of other writers are refused",
        ("ZST-1", "ZST-6", "ZST-7", "BRO-1", "BRO-3"),
    ),
    Flag.WRONG_FRAME: Note(
        "misreads what a frame says, or when it says it",
        "both ends go on with different agreements",
        tuple(f"SES-{number}" for number in (1, 3, 5, 6, 7, 10, 12, 14, 15, 16)),
    ),
    Flag.NEEDS_WHOLE: Note(
        "waits for more than a record, or needs it in one piece", "events come late, or never", ("EVS-2",)
    ),
    Flag.WRONG_WINDOW: Note(
        "keeps more or less of the content for matches than the window has",
        "matches copy the wrong bytes",
        ("CHK-4", "CHK-5"),
    ),
}
"""Every flag."""


def flags_of(rules: Iterable[str]) -> Iterator[Flag]:
    """The flags of a valid case that rests on these rules."""
    stated = set(rules)
    yield from (flag for flag, note in NOTES.items() if stated.intersection(note.rules))
