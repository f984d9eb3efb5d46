"""Discovery of templates in messages (extra ``discovery``).

``units``       cuts a text into words and gaps, and loses nothing
``lines``       groups messages of one kind, with Drain
``prose``       groups of groups, with TF-IDF and DBSCAN
``drafts``      what messages of a group have in common, and the values between
``privacy``     what must not become part of a pattern
``proposals``   patterns for groups
``judge``       what a pattern saves on messages that it was not mined from
``engine``      all of it in order
``worker``      a process that does it again and again, with a log that ``follow`` reads
``peers``       how peers get what was found
"""

from aura.templates.discovery.candidates import Candidate, Saving, SlotReport
from aura.templates.discovery.engine import DiscoveryEngine
from aura.templates.discovery.peers import for_peer, with_discovered
from aura.templates.discovery.worker import TemplateDiscoveryWorker

__all__ = [
    "Candidate",
    "DiscoveryEngine",
    "Saving",
    "SlotReport",
    "TemplateDiscoveryWorker",
    "for_peer",
    "with_discovered",
]
