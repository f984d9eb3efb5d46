"""The generator of the golden vectors in ``vectors/``.

``case``     one case, what a group shares, and what implementations are asked
``flags``    the mistakes that cases catch
``case_types``    what a wire can be: a message, a model file, a section of one, a string of the range coder, ...
``profiles`` the sets of cases that an implementation can claim to pass
``chapters`` the cases of each chapter of the spec, made with the reference
``derive``   cases that follow from valid ones: cut, altered, with another limit or model
``models``   context models small enough to see through
``trace``    what happens at each symbol of a message; ``local_trace`` and ``stream_trace`` of one that is adaptive,
             or of a stream; ``states`` in rANS coders, ``fields`` of messages
``file``     the format of a file; ``manifest`` names all files
``corpus``   random valid messages without end, from what ``draw`` gives

``python -m aura_vectors vectors`` writes the files; the same sources write the same bytes. The reference is asked
to confirm each case before it is written: a canonical one must decode and encode to itself, an invalid one must be
refused with its code. A test asks the other implementations.
"""
