"""``python -m aura_conformance`` is the command ``aura-conformance``."""

from aura_conformance.cli import main

if __name__ == "__main__":
    main()
