from __future__ import annotations

import pytest

from aura.templates.discovery.drafts import cut, drafts
from aura.templates.discovery.privacy import kinds_in, private_units
from aura.templates.discovery.samples import Sample
from aura.templates.discovery.units import units

SECRETS = [
    "sk-proj-a8Kd93LmQpZ27xVb4TnR",
    "grace.hopper@navy.mil",
    "9f86d081884c7d659a2feaa0c55ad015",
    "93.184.216.34",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("form", ["Called with {} after {} ms.", '{{"é":"ü","key":"{}","took":{}}}'])
def test_a_secret_that_all_messages_have_becomes_a_slot(secret: str, form: str) -> None:
    texts = [form.format(secret, number) for number in range(12)]
    [draft] = drafts(cut([Sample(text.encode(), "") for text in texts]), 4)
    for literal in draft.literals:
        assert not any(part in literal for part in secret.replace("@", ".").split(".") if len(part) > 1)
    assert 0 in draft.private


def test_what_a_label_names_becomes_a_slot() -> None:
    texts = [f'{{"login":"octocat","password":"correct-horse","n":{number}}}' for number in range(12)]
    [draft] = drafts(cut([Sample(text.encode(), "") for text in texts]), 4)
    assert "octocat" not in "".join(draft.literals)
    assert "horse" not in "".join(draft.literals)


def test_places_are_those_of_the_units() -> None:
    parts = units("ünïcode 17 for grace.hopper@navy.mil, twice")
    found = "".join(parts[place].word for place in sorted(private_units(parts)))
    assert found == "grace.hoppernavy.mil"
    assert private_units(units("nothing to see here")) == frozenset()


def test_kinds() -> None:
    assert kinds_in(["17", "grace.hopper@navy.mil", "93.184.216.34"]) == ("IP address", "mail")
