"""The zstd frame that every zstd peer uses: the smallest one the format has.

No magic number, no content size, no dictionary id, no checksum: the two ends have agreed on all
of these.  What remains is a byte of frame header, a byte of window size and three bytes a block.
"""

import zstandard

__all__ = ["FORMAT", "parameters"]

FORMAT = zstandard.FORMAT_ZSTD1_MAGICLESS


def parameters(level: int) -> zstandard.ZstdCompressionParameters:
    """Return the parameters of a level (1 to 22); zstd fits the rest to each message's size."""
    return zstandard.ZstdCompressionParameters(
        format=FORMAT,
        compression_level=level,
        write_content_size=0,
        write_checksum=0,
        write_dict_id=0,
    )
