"""``python -m tests.conformance.run_mutant NAME`` speaks the protocol of conformance tests, with a mistake."""

from __future__ import annotations

import sys

from tests.conformance import (  # noqa: F401  # they register
    connection_mutants,
    fuzzy_mutants,
    local_mutants,
    message_mutants,
    mixer_mutants,
    mutants,
    stream_mutants,
)
from tests.conformance.registry import MUTANTS

from aura_conformance import adapter

if __name__ == "__main__":
    MUTANTS[sys.argv[1]].make()
    sys.exit(adapter.main(["reference"]))
