"""The cases of each chapter: worked examples at the edges of the rules, and what must be refused.

A module has the name of its chapter, and a function ``groups``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aura_vectors.case import Groups
from aura_vectors.chapters import (
    auralite,
    brio,
    brio2,
    brotli,
    char_runs,
    chunked,
    classic,
    context_model,
    event_stream,
    fuzzy,
    interleaved_rans,
    local_model,
    marker,
    match,
    model,
    modelled,
    prefix,
    range_coder,
    rans,
    session,
    stored,
    stream,
    tag,
    template,
    trie,
    typed,
    varint,
    zstd,
)

CHAPTERS: Final[Mapping[str, Callable[[], Groups]]] = {
    "varint": varint.groups,
    "marker": marker.groups,
    "stored": stored.groups,
    "template": template.groups,
    "classic": classic.groups,
    "typed": typed.groups,
    "rans": rans.groups,
    "interleaved_rans": interleaved_rans.groups,
    "trie": trie.groups,
    "model": model.groups,
    "range_coder": range_coder.groups,
    "context_model": context_model.groups,
    "match": match.groups,
    "prefix": prefix.groups,
    "char_runs": char_runs.groups,
    "auralite": auralite.groups,
    "modelled": modelled.groups,
    "brio": brio.groups,
    "brio2": brio2.groups,
    "zstd": zstd.groups,
    "brotli": brotli.groups,
    "tag": tag.groups,
    "stream": stream.groups,
    "local_model": local_model.groups,
    "fuzzy": fuzzy.groups,
    "session": session.groups,
    "event_stream": event_stream.groups,
    "chunked": chunked.groups,
}
"""The chapters, in the order in which a port would be built."""
