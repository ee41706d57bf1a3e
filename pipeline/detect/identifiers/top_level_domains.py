"""The ends of host names: those that are enough alone, and all registered ones; the only importer of tldextract."""

from __future__ import annotations

from functools import cache

from pipeline.lexicon.plain import word_set

COMMON = word_set(
    """com org net edu gov io dev ai app cloud co uk de fr it es nl se dk fi ch pl cz ie eu us ca au nz jp cn in br info
    biz me tv so sh xyz tech ly gl example test local internal lan corp intranet"""
)
"""Behind one of these a name with a dot is a host. Of all registered ones that does not hold: in 18,480 texts 22 of the
30 names with another were none ("chart.data"), in 120,575 lines of Python nearly all of 1,613 ("self.name")."""
SPOKEN = COMMON | word_set("no be at to")
"""Said behind "dot" also these, which are mostly words of a sentence where they are written."""


@cache
def registered() -> frozenset[str]:
    """All top-level domains of ASCII letters, from the Public Suffix List inside tldextract: it asks no network."""
    import tldextract  # half a second with the HTTP library that it brings, and few texts ask for it

    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    return frozenset(suffix for suffix in extract.tlds if "." not in suffix and suffix.isascii())
