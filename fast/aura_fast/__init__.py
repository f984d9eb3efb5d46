"""The fast implementation of AURA: numpy, parsing by hand, equal to the reference byte for byte.

Each module implements the chapter of the same name in ``aura_spec``. Nothing here imports the reference: that
the two agree is worth something only if they are independent.
"""
