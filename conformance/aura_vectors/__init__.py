"""The generator of the golden vectors in ``vectors/``.

``case``     one case, and the form of a file
``families`` the cases of each chapter of the spec, made with the reference

``python -m aura_vectors DIRECTORY`` writes the files; the same sources write the same bytes. The reference
is asked to confirm each case before it is written: a canonical one must decode and encode to itself, an
invalid one must be refused with its code.
"""
