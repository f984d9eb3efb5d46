"""The conformance runner: asks an implementation in any language what the golden vectors ask.

``suite``       the vectors, and the checks that are made of them
``protocol``    what is said to an implementation, and what it may answer: JSON, one object a line
``process``     an implementation that stays up while it is asked (level 1)
``level_zero``  an implementation that is started anew for each message (level 0)
``verdict``     what an answer is worth
``expected``    lists of failures that are known
``execute``     asking, check by check
``rules``       where the specification states a rule, and its words
``summary``     the outcome on a terminal; ``junit``, ``page`` and ``record`` write it to files
``cli``         the command ``aura-conformance``
``adapter``     the protocol for the implementations of this project

The runner knows the vectors alone: no module but ``adapter`` imports an implementation.
"""
