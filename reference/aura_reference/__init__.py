"""The readable implementation of AURA, to be read beside the spec.

Each module implements the chapter of the same name in ``aura_spec``, through whose declarations it reads
and writes every structure. Functions are pure: bytes in, bytes out. ``message`` is the way in.
"""
