"""Word documents: their paragraphs, and packages that mean harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest import documents
from tests.ingest.documents import WORDS, body, docx, packed


def test_paragraphs_breaks_and_tabs_are_lines() -> None:
    assert documents.docx_text(docx("Ana   0:03\nHello & <you>", "", "Bo"), "x") == "Ana   0:03\nHello & <you>\n\nBo\n"
    tabs = f"<w:document xmlns:w='{WORDS}'><w:p><w:t>a</w:t><w:tab/><w:t>b</w:t></w:p></w:document>"
    assert documents.docx_text(packed(tabs), "x") == "a\tb\n"


def test_what_was_deleted_or_is_a_field_is_not_read() -> None:
    xml = (
        f"<w:document xmlns:w='{WORDS}' xmlns:mc='urn:mc'><w:p><w:del><w:delText>SECRET</w:delText></w:del>"
        "<w:instrText>SECRET</w:instrText><w:t>seen</w:t>"
        "<mc:Fallback><w:t>twice</w:t></mc:Fallback></w:p></w:document>"
    )
    assert documents.docx_text(packed(xml), "x") == "seen\n"


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>"
OUTSIDE = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>"


@pytest.mark.parametrize("doctype", [LAUGHS, OUTSIDE, "<!DOCTYPE x SYSTEM 'http://x.example/x.dtd'>"])
def test_a_document_type_is_refused(doctype: str) -> None:
    xml = body(["&b;"]).replace("?>", "?>" + doctype, 1).replace("&amp;", "&")
    with pytest.raises(InputRefused, match="not a Word document"):
        documents.docx_text(packed(xml), "x")


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", packed("<w", "word/document.xml"), packed("x", "other.xml"), docx("a")[:-30]],
)
def test_damaged_packages_are_refused(data: bytes) -> None:
    with pytest.raises(InputRefused):
        documents.docx_text(data, "x")


def test_a_package_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_MAX_XML_BYTES", 10_000)
    with pytest.raises(InputRefused):
        documents.docx_text(docx("a" * 20_000), "x")


@given(st.one_of(st.binary(), st.text().map(packed)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        assert isinstance(documents.docx_text(data, "x"), str)
    except InputRefused as error:
        assert error.action
