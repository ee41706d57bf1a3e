"""What a disk that takes no more says."""

from __future__ import annotations

import errno

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full(error: BaseException) -> bool:
    """Whether an error says that there is no space, no quota, or that no larger file may be written."""
    return isinstance(error, OSError) and error.errno in _FULL
