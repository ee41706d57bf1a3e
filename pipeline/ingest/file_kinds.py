"""What a file beside a recording is by its name, for the report: a fixed word, never a word of the name."""

from __future__ import annotations

import re

from pipeline.ingest.media_kinds import MEDIA_SUFFIXES, UNREAD_MEDIA_SUFFIXES

CHATS = "chats"
_BY_WORDS = (
    (
        "summaries",
        re.compile(r"summar|recap|facilitator|zusammenfass|résumé|resumen|resumo|riassunto|要約|摘要"),
    ),
    ("chapters", re.compile(r"chapter|topic|highlight|kapitel|chapitre|capítulo|capitolo|トピック|章节")),
    ("polls", re.compile(r"poll|q&a|q_a|umfrage|sondage|encuesta|quiz|survey")),
    ("notes", re.compile(r"notes|notizen|agenda|whiteboard|minutes|protokoll|notas|appunti|メモ")),
    (CHATS, re.compile(r"chat|conversation|message")),
)
_BY_SUFFIX = {
    "pictures": (".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".bmp", ".tiff", ".svg"),
    "captions": (".vtt", ".srt", ".sbv", ".ass", ".ttml"),
    "tables": (".csv", ".tsv", ".xlsx", ".xls", ".ods"),
    "documents": (".docx", ".doc", ".pdf", ".txt", ".md", ".html", ".htm", ".rtf", ".odt", ".pptx", ".ppt"),
    "data files": (".json", ".xml", ".yaml", ".yml"),
    "media": tuple(MEDIA_SUFFIXES),
    "recordings of a kind that is not read": tuple(UNREAD_MEDIA_SUFFIXES),
}
OTHER = "others"
_SURE_BY_SUFFIX = frozenset({"pictures", "captions", "media", "recordings of a kind that is not read"})


def kind_of(name: str) -> str:
    """What a file is, in the plural: a picture by its suffix, else by what its name says, else by its suffix."""
    base = name.rpartition("/")[2].lower()
    suffix = next((kind for kind, suffixes in _BY_SUFFIX.items() if base.endswith(suffixes)), OTHER)
    if suffix in _SURE_BY_SUFFIX:
        return suffix
    return next((kind for kind, pattern in _BY_WORDS if pattern.search(base)), suffix)
