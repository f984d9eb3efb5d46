"""The audit log: what goes compressed over the wire, in text that people and programs read.

``options``       how a log is kept
``line``          a record as a line of JSON, with its place in the chain of hashes
``entries``       what is recorded of an event
``redaction``     what is not to be recorded
``log``           the observer, which queues events, and the thread that writes them
``appending``     lines at the end of a file that several processes write to
``segments``      the files of a log: the one that is written to, and those before it
``rotation``      closing a file, compressing it, and removing those that are too old
``archive``       compressed files with access to each record
``reading``       the records of all files, in order
``following``     the records as they are written
``rendering``     a record as a line for people
``verification``  whether the chain is whole
``erasure``       removing what a user said, and nothing else
``sinks``         the same records for ``logging`` and structlog
"""

from aura.audit.erasure import Erasure, erase
from aura.audit.following import AuditMessages, follow
from aura.audit.line import AuditError, Record
from aura.audit.log import AuditLog
from aura.audit.options import AuditOptions
from aura.audit.reading import Filter, export, read, record_at
from aura.audit.redaction import redact_sensitive, withhold
from aura.audit.sinks import LoggingSink, StructlogSink
from aura.audit.verification import Verification, verify

__all__ = [
    "AuditError",
    "AuditLog",
    "AuditMessages",
    "AuditOptions",
    "Erasure",
    "Filter",
    "LoggingSink",
    "Record",
    "StructlogSink",
    "Verification",
    "erase",
    "export",
    "follow",
    "read",
    "record_at",
    "redact_sensitive",
    "verify",
    "withhold",
]
