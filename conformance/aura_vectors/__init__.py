"""The generator of the golden vectors in ``vectors/``.

``case``     one case, what a group shares, and what implementations are asked
``forms``    what a wire can be: a message, a model file, a section of one, a string of the range coder, ...
``families`` the cases of each chapter of the spec, made with the reference
``models``   context models small enough to see through
``trace``    what happens at each symbol of a message
``file``     the form of a file

``python -m aura_vectors DIRECTORY`` writes the files; the same sources write the same bytes. The reference
is asked to confirm each case before it is written: a canonical one must decode and encode to itself, an
invalid one must be refused with its code. A test asks the other implementations.
"""
