"""The wire formats of AURA, declared.

Every structure that crosses the wire is declared here with ``construct``, one module a chapter:

===============================  ==========================================================
``marker``                       the first byte of a message and the registry of methods
``varint``                       the canonical variable-length integer
``stored``                       marker 0x07, the bytes themselves
``brotli``, ``zstd``             markers 0x01, 0x04 and 0x05, streams of RFC 7932 and RFC 8878
``template``, ``slot``           patterns with slots, and how values of slots are spelt
``classic``, ``typed``           markers 0x00 and 0x06, template frames
``modelled``                     marker 0x08, template frames whose texts a model codes
``fuzzy``                        marker 0x0A, messages close to a template
``brio``                         marker 0x02, the container of entropy-coded token streams
``token``, ``lz77``              the tokens inside a BRIO version 1 container, and its matches
``rans``, ``phrase``             its entropy coder, and its dictionary of phrases
``brio2``, ``unit``              marker 0x02 again, the container of version 2, and its literals
``adaptive``, ``parse``          its tables, and how its canonical encoder cuts a message
``interleaved_rans``             the entropy coder of BRIO version 2 and of model files
``auralite``                     markers 0x80 to 0xFF and 0x03, messages predicted by a model
``context_model``                contexts, their lists, frequencies
``match``, ``prefix``            bytes that followed the same bytes earlier in the message or a model's text
``char_runs``                    lists for numbers and identifiers
``local_model``                  markers 0x10 to 0x1F and 0x09, messages that predict themselves
``mixer``                        how likely a candidate of the local model hits
``range_coder``                  the entropy coder of AURALITE
``model``, ``trie``              the model file, and the contexts in it
``tag``                          two bytes before a message that reveal a wrong model and damage
``stream``                       messages of a connection, and their memory of each other
``session_negotiation``          how the two ends of a WebSocket connection find out what both speak
``session``                      the frames of such a connection
``event_stream``                 a content coding of HTTP for answers that go on
``chunked``, ``chunked_index``   payloads of any length, and the index of such a file
``limits``, ``errors``           bounds that a decoder keeps, and how it refuses a message
``shared_state``                 what both ends hold before a message
``strict_json``                  JSON files without keys that stand twice
``wire``                         how a declaration is run: parsing, building, tracing
===============================  ==========================================================

Rules are numbered by chapter (``VAR-2``). A declaration that enforces a rule names it.
"""
