r"""Corpora: files of messages, to train on and to measure with.

>>> import gzip, pathlib, tempfile
>>> path = pathlib.Path(tempfile.mkdtemp(), "chat.jsonl.gz")
>>> path.write_bytes(gzip.compress(b'{"role": "user", "content": "Hi!"}\n{"text": "Bye.", "source": 7}\n')) > 0
True
>>> [(message.data, message.source == "7") for message in read(path)]
[(b'Hi!', False), (b'Bye.', True)]
"""

from aura.files.corpus.errors import CorpusError
from aura.files.corpus.reading import STANDARD_INPUT, Message, read

__all__ = ["STANDARD_INPUT", "CorpusError", "Message", "read"]
