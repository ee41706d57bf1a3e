"""Makes text harmless where it is opened: formulas in spreadsheets, mentions, links and commands in issue trackers.

Quoting does not help in a spreadsheet: a formula is read after the quotes are gone (OWASP, "CSV injection"; ASVS
1.2.10).
"""

from __future__ import annotations

import re

_BLANK = "\u00a0\u3000 "
_FORMULA = "=+\\-@＝＋－＠"
_LEADING = re.compile(rf"[{_BLANK}]*[{_FORMULA}\t\r\n]")
# Where a file is opened with another delimiter than it was written with, a cell begins after that one or in a new line.
_INSIDE = re.compile(rf"([,;\t\r\n|][{_BLANK}\"']*)(?=[{_FORMULA}])")
_UNSEEN = "\u200b"
_MENTION = re.compile(r"([@#!~%&$^:])(?=[\w{(\"'\[])")
_COMMAND = re.compile(r"^(\s*)/(?=\w)", re.MULTILINE)
_SCHEME = re.compile(r"\b([a-z][a-z0-9+.-]*):(?=//)|\b(mailto|javascript|data|www)([:.])", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_\[\]{}<>|])")
_OPENING = "<]"
"""What begins a tag or the target of a link: parted from what follows, should an escape not be known there."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def for_spreadsheet(text: str) -> str:
    """The text with an apostrophe before everything that a spreadsheet would read as the start of a formula."""
    clean = _CONTROL.sub("", text)
    inside = _INSIDE.sub(r"\1'", clean)
    return f"'{inside}" if _LEADING.match(clean) else inside


def for_markdown(text: str) -> str:
    """The text for an issue in GitHub, GitLab, Linear or Jira: it mentions nobody, links nowhere and commands nothing.

    A character without width breaks what would be read as a mention (``@name``, ``#12``), a link or a quick action;
    the signs of Markdown and of Jira's markup are escaped.
    """
    clean = _CONTROL.sub("", text)
    clean = _COMMAND.sub(rf"\1{_UNSEEN}/", clean)
    clean = _SCHEME.sub(lambda match: f"{match[1] or match[2]}{_UNSEEN}{':' if match[1] else match[3]}", clean)
    clean = _MENTION.sub(rf"\1{_UNSEEN}", clean)
    return _MARKDOWN.sub(lambda match: f"\\{match[1]}{_UNSEEN if match[1] in _OPENING else ''}", clean)


def one_line(text: str) -> str:
    """The text without line breaks."""
    return " ".join(text.split())
