"""Word documents as platforms write them, made by hand for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape

WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def body(paragraphs: Iterable[str]) -> str:
    """The XML of a document: a line feed within a paragraph is a break."""
    made = "".join(
        "<w:p><w:r><w:t xml:space='preserve'>"
        + escape(paragraph).replace("\n", "</w:t><w:br/><w:t xml:space='preserve'>")
        + "</w:t></w:r></w:p>"
        for paragraph in paragraphs
    )
    return f"<?xml version='1.0' encoding='UTF-8'?><w:document xmlns:w='{WORDS}'><w:body>{made}</w:body></w:document>"


def packed(xml: str, member: str = "word/document.xml") -> bytes:
    """A package with one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(member, xml)
    return out.getvalue()


def docx(*paragraphs: str) -> bytes:
    """A Word document of these paragraphs."""
    return packed(body(paragraphs))
