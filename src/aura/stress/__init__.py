"""Stress tests: many users who talk to a server over real WebSocket connections (extra ``stress``).

``settings``        what a test does
``test``            a test: users who talk, round by round
``user``            one connection, and what it measures
``server``          the server: sends every message back; in a process of its own (``server_process``)
``protocol``        what the ends say to each other
``metadata``        what templates are used for, and examples of what stands in their slots
``corpus``          messages by role and length
``lengths``         who speaks when, and how long messages are
``choice``          which template a message is made of
``speaker``         makes the messages
``measured``        what was measured of a message; ``tallies``, ``counting`` and ``timeline`` add it up
``warmup``          how the mix is adjusted after the first messages
``churn``           how the choice of templates changes
``traces``          messages that stand out
``result``          the results, as JSON
``tables``          on a console; ``page`` and ``plots`` as a page
``comparison``      two results beside each other
"""
