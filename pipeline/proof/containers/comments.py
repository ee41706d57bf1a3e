"""Vorbis comments, as FLAC, Ogg Vorbis and Opus have them: who wrote the file, and nothing else."""

from __future__ import annotations

import re

_WRITER = re.compile(rb"ffmpeg|Lav[fc][\d.]{0,16}|(?:Xiph\.Org libVorbis|libopus|reference libFLAC) [\w ().,-]{1,40}")
_COMMENT = re.compile(
    rb"(?i:encoder)=Lav[fc][\d.]{0,16}( l\w{1,16}| flac)?|WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x[0-9a-f]{1,8}"
)


def is_bare_comment(block: bytes, *, end: bytes = b"") -> bool:
    """Whether a block names a known program as its writer, holds no other comment, and ends with ``end``.

    The block is as the Vorbis I specification has it (section 5): a length and the writer, a count, and as many
    lengths and comments.
    """
    texts: list[bytes] = []
    at, count = 0, 1
    while len(texts) < count:
        size = int.from_bytes(block[at : at + 4], "little")
        texts.append(block[at + 4 : at + 4 + size])
        at += 4 + size
        if len(texts) == 1:
            count += int.from_bytes(block[at : at + 4], "little")
            at += 4
        if at > len(block):
            return False
    writer, *comments = texts
    return (
        block[at:] == end
        and _WRITER.fullmatch(writer) is not None
        and all(_COMMENT.fullmatch(comment) for comment in comments)
        and len(set(comments)) == len(comments)
    )
