"""Training: from messages to a context model.

In the order of work:

``written``    messages on disk, in an order that does not depend on that of the files
``budget``     which of them are counted: ``sampling``, ``estimates``, ``loss``
``held_out``   messages to measure the model with: ``units``
``scrubbing``  secrets and personal data replaced by random strings: ``survey``, ``sensitive``, ``labels``
``framed_text`` messages as one row of symbols, in blocks
``pieces``     parts of it in memory
``ngrams``     counting n-grams stage by stage: ``stages``, ``tallies``, ``sorted_runs``, ``levels``, ``extent``
``local_text`` the text and its pieces on one machine
``cluster``    the same on the workers of a cluster
``counting``   those that are worth a place in the trie
``resumable_text``  counting that goes on after an interruption: ``checkpoint``, ``archive``
``study``      what blocks contribute to them
``trie``       n-grams with their parents and suffixes
``gathering``  all that is taken from a text: ``text``, ``excerpts``
``resources``  memory, threads and disk: ``spill``, ``allocator``
``synthetic_text``    messages that another model holds likely
``kneser_ney``    counts and relative frequencies of lists
``deleted_estimation``   what lists say about a text when they did not see its block
``weights``       interpolation weights, by expectation maximisation
``pruning``       choosing the entries that are worth their place
``logarithm``     logarithms that are the same on every machine
``quantization``    probabilities as six-bit codes
``match_table``   hit probabilities of the match model
``prefix_selection``       what recurs between messages word for word
``order_selection``      the order and the prefix
``char_runs``     lists for runs of digits and letters
``export``    the arrays of a context model
``trainer``       all of it
``measurements``  what is measured of the model, with ``stream_advice``

Floating point is fine here: what comes out are integers, and everyone reads the same file. The sources are
Kneser and Ney (1995), Improved backing-off for m-gram language modeling; Stolcke (1998), Entropy-based pruning
of backoff language models.
"""
