"""Benchmarks of AURA against the codecs a user would otherwise choose.

One message is one call: every codec meets the messages of a corpus one at a time, every byte it
emits is counted, and every message is decoded again and compared.  ``corpus`` reads the messages,
``peers``, ``streams``, ``unishox`` and ``own`` wrap the codecs behind the protocol of ``codecs``,
``dictionary`` builds the best dictionary zstd can have, ``lineup`` says who takes part, ``measure`` does
the arithmetic, ``isolation`` keeps a codec that may crash in a process of its own, ``benchmark`` puts these
together, and ``report`` prints and saves the results.
"""
