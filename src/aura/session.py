"""Sessions, under the path that programs import: ``from aura.session import Models, Settings``.

The code is in ``aura.connections.session``.
"""

from aura.connections import session as _session
from aura.connections.session import *  # noqa: F403  # exactly what it lists in ``__all__``

__all__ = _session.__all__
