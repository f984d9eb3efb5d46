"""Classic frames."""

from __future__ import annotations

from aura_reference import message
from aura_spec.errors import Code
from aura_vectors.case import Case, Groups, refused
from aura_vectors.case_types.message import Messages, valid
from aura_vectors.derive import limits, with_variants
from aura_vectors.flags import Flag


def groups() -> Groups:
    """All groups of the chapter."""
    setting = Messages({0: "Yes", 7: "{0} and {1}", 255: "x{0}"})

    def case(number: int, values: list[bytes], comment: str) -> Case:
        how = {"method": "classic", "template_id": str(number), "slots": [value.hex() for value in values]}
        text = setting.shared_state().templates[number].render(values)
        return valid(comment, ("CLS-1",), message.encode_classic(number, values), text, how)

    cases = [
        case(0, [], "no slots"),
        case(7, [b"a", "ü🚲".encode()], "two slots"),
        case(7, [b"", b""], "empty slots"),
        case(255, [b"y" * 300], "a length with a high byte"),
    ]
    yield from with_variants(setting, cases)
    yield from limits(setting, cases[1])
    yield (
        setting,
        [
            refused(
                Code.UNKNOWN_TEMPLATE, "CLS-4", "000100", "an id that is not held", Flag.UNKNOWN_TEMPLATE
            ),
            refused(Code.MALFORMED, "CLS-2", "000701000161", "a slot too few", Flag.WRONG_SLOT_COUNT),
            refused(Code.MALFORMED, "CLS-2", "000001000161", "a slot too many", Flag.WRONG_SLOT_COUNT),
            refused(Code.MALFORMED, "CLS-3", "00070200 01ff 000161", "a lone byte 0xff", Flag.LAX_UTF8),
            refused(Code.MALFORMED, "CLS-3", "000702 0003eda080 000161", "a surrogate", Flag.LAX_UTF8),
            refused(Code.MALFORMED, "CLS-3", "000702 0002c080 000161", "an overlong zero", Flag.LAX_UTF8),
        ],
    )
