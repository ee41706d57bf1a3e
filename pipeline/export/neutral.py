"""Makes text harmless for spreadsheets: quoting does not help, a formula is read after the quotes are gone."""

from __future__ import annotations

_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


def neutral(text: str) -> str:
    """The text with NUL left out and an apostrophe in front when a spreadsheet would read it as a formula."""
    clean = text.replace("\x00", "")
    bare = clean.lstrip(" \u00a0\u3000")
    return f"'{clean}" if clean[:1] in _STARTS or bare[:1] in _STARTS else clean
