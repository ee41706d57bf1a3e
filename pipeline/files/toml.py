"""Reads TOML that a person wrote: whatever is wrong with it is one error, which names the place and nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

_BYTE_ORDER_MARK = "\ufeff"  # some editors begin a file with it
_LINE = re.compile(r"at line (\d+)")


class BrokenToml(Exception):
    """A text or file that is no TOML; ``str`` of it says where and, without a word of the text, what is wrong."""


def read_toml(text: str) -> dict[str, Any]:
    """The tables of a text; raises ``BrokenToml``, also for a number of too many digits and for endless nesting.

    ``tomllib`` raises a plain ``ValueError`` for an integer of more digits than Python converts, and a
    ``RecursionError`` for brackets in brackets.
    """
    try:
        return tomllib.loads(text.removeprefix(_BYTE_ORDER_MARK))
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        raise BrokenToml(f"not valid TOML at {f'line {line[1]}' if line else 'its end'}") from None
    except ValueError:
        raise BrokenToml("not valid TOML: a number or a date in it is too large") from None
    except RecursionError:
        raise BrokenToml("not valid TOML: brackets in it are nested too deeply") from None


def read_toml_file(path: Path) -> dict[str, Any]:
    """The tables of a file; raises ``BrokenToml``, also where it is a folder or no UTF-8, else as ``read_text``."""
    try:
        return read_toml(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise BrokenToml("not UTF-8 text") from None
    except IsADirectoryError:
        raise BrokenToml("it is a folder, not a file") from None
