"""The text of a Word document, as which Microsoft Teams and Google Docs write transcripts, read within limits.

Nothing but the paragraphs is read: no field, no deleted text, no picture. XML with a document type is refused unread,
as only such can define entities. python-docx was looked at: it loads every part of the package, pictures included.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

from pipeline.errors import InputRefused

_BODY = "word/document.xml"
_MAX_XML_BYTES = 64 << 20
_WORDS = "wordprocessingml"
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)
"""What zipfile raises for a zip that is damaged, encrypted, or packed in a way that it does not know."""
_UNREADABLE = (*DAMAGED_ZIP, expat.ExpatError, KeyError)


@dataclass(slots=True)
class _Reader:
    """Collects the text of a document's body, a line for each paragraph or break."""

    pieces: list[str] = field(default_factory=list)
    in_text: bool = False
    fallbacks: int = 0

    def start(self, name: str, _: dict[str, str]) -> None:
        self.fallbacks += _local(name) == "Fallback"
        if self.fallbacks or _WORDS not in name:
            return
        self.in_text = _local(name) == "t"
        self.pieces.append({"tab": "\t", "br": "\n", "cr": "\n"}.get(_local(name), ""))

    def end(self, name: str) -> None:
        self.fallbacks -= _local(name) == "Fallback"
        if _WORDS in name and not self.fallbacks:
            self.in_text = False
            self.pieces.append("\n" if _local(name) == "p" else "")

    def characters(self, text: str) -> None:
        if self.in_text and not self.fallbacks:
            self.pieces.append(text)


def is_document(name: str) -> bool:
    """Whether a file's name is a Word document's."""
    return name.lower().endswith(".docx")


def docx_text(data: bytes, what: str) -> str:
    """The text of a document, a line for each paragraph or break; raises ``InputRefused`` calling the file ``what``."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = reader.characters, _refuse_doctype
    try:
        parser.Parse(_body(data), True)
    except _UNREADABLE:
        raise InputRefused(f"{what}: not a Word document that can be read", action="save it as text") from None
    return "".join(reader.pieces)


def _body(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package, package.open(_BODY) as part:
        body = part.read(_MAX_XML_BYTES + 1)
    if len(body) > _MAX_XML_BYTES:
        raise ValueError
    return body


def _refuse_doctype(*_: object) -> None:
    raise ValueError


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
