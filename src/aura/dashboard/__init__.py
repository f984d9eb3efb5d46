"""A page that shows live what a codec saves and how a service fares, for any ASGI application.

>>> dashboard = Dashboard()

Give ``dashboard.observer`` to sessions or codecs as their observer, and mount the dashboard into an application:
``app.mount("/dashboard", dashboard)`` with Starlette and FastAPI.

``activity``  what is shown beside the totals of ``aura.metrics``: templates, worst messages, the course of things
``state``     all that is shown, at a moment
``app``       the application: the page, and the events that keep it up to date
"""

from aura.dashboard.activity import Activity
from aura.dashboard.app import Dashboard
from aura.dashboard.state import Price

__all__ = ["Activity", "Dashboard", "Price"]
"""What users import."""
