"""The wire formats of AURA, declared.

Every structure that crosses the wire is declared here with ``construct``, one module a chapter:

========================  ==========================================================
``marker``                the first byte of a message and the registry of methods
``varint``                the canonical variable-length integer
``stored``                marker 0x07, the bytes themselves
``brotli``, ``zstd``      markers 0x01, 0x04 and 0x05, streams of RFC 7932 and RFC 8878
``template``              patterns with slots, the abstract model of a template
``slot``                  typed slot values
``classic``, ``typed``    markers 0x00 and 0x06, template frames
``modelled``              marker 0x08, template frames whose texts a model codes
``brio``                  marker 0x02, the container of entropy-coded token streams
``token``                 the tokens inside a BRIO version 1 container
``brio2``, ``unit``       marker 0x02 again, the container of version 2, and what it is made of
``adaptive``, ``parse``   its tables, and how its canonical encoder cuts a message
``auralite``              markers 0x80 to 0xFF and 0x03, messages predicted by a model
``range_coder``           its entropy coder
``context_model``         contexts, their lists, frequencies
``match``                 what stood after the same bytes earlier in the message
``model``, ``trie``       the model file, and the contexts in it
``interleaved_rans``      the entropy coder of model files and of BRIO version 2
``rans``, ``lz77``        constants of the entropy coder and of the matches
``phrase``                dictionary phrases
``tag``                   two bytes before a message that tell a wrong model and damage
``limits``, ``errors``    what a decoder refuses, and how it says so
``strict_json``           JSON files without keys that stand twice
``wire``                  how a declaration is run: parsing, building, tracing
========================  ==========================================================

Rules are numbered by chapter (``VAR-2``). A declaration that enforces a rule names it.
"""
