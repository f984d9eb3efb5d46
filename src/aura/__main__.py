"""``python -m aura`` is the command ``aura``."""

from aura.cli import main

if __name__ == "__main__":
    main()
