"""Training: from messages to a context model.

In the order of work:

``framing``       messages as one array of symbols
``holding_back``  choosing the messages from which weights are learned
``counting``      a trie of all n-grams, level by level
``kneser_ney``    counts and relative frequencies of lists
``chains``        the contexts at each place of a text
``weights``       interpolation weights, by expectation maximisation
``pruning``       choosing the entries that are worth their place
``quantising``    probabilities as six-bit codes
``match_table``   hit probabilities of the match model
``assembling``    the arrays of a context model
``trainer``       all of it

Floating point is fine here: what comes out are integers, and everyone reads the same file. The sources are
Kneser and Ney (1995), Improved backing-off for m-gram language modeling; Stolcke (1998), Entropy-based pruning
of backoff language models.
"""
