"""Event streams, under the path that programs import: ``from aura.event_stream import EventStreamDecoder``.

The code is in ``aura.connections.event_stream``.
"""

from aura.connections.event_stream import EventStreamDecoder, EventStreamEncoder, decode_event_stream

__all__ = ["EventStreamDecoder", "EventStreamEncoder", "decode_event_stream"]
