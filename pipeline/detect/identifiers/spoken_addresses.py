"""Finds e-mail addresses, web addresses, hosts and IP addresses that were said aloud ("priya dot raman at …")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.detect.identifiers.top_level_domains import SPOKEN, registered
from pipeline.detect.text.token_classes import ClassedText, classify
from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, is_common
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

_LABEL = r"[dntxlow\-]"
_DOMAIN = re.compile(rf"@({_LABEL}{{1,16}}?(?:\.(?:[wg]|[dntxlo\-]{{1,24}}|{_LABEL}{{1,8}}?(?=\.)))+)")
_URL = re.compile(
    r"(?:(?:l{3,5}|w)://)?(?:[wlodnt][lodntx\-]*|(?:w-)+w)(?:\.(?:[lodntx][lodntx\-]*w?|w(?:-[wldnto]+)*|ww(?=\.)|g))+"
    r"(?:/(?:[lodntx\-]+w?|w(?:-[wldnto]+)*)?)*"
)
_SCHEMES = word_set("http https ftp ssh git")
_IP4 = re.compile(r"[dntxo]{1,9}(?:\.[dntxo]{1,9}){3}")
_MAC = re.compile(r"(?:x[dlo]|[dlo]{2}|n)(?:[:\-](?:x[dlo]|[dlo]{2}|n)){5}")
_IP6 = re.compile(r"[dntxolw]{1,8}(?:::?[dntxolw]{1,8}){4,7}")
_USUAL = SPOKEN - word_set("in to so me be it us")  # which are words of any talk as well
# Of 104 of the first three kinds in the marked sets 103 were right; of the last, as in "the point is", 9 of 21.
_EMAIL, _HOST_OR_PATH, _TWO_PARTS, _MAY_BE_TALK = 0.95, 0.93, 0.85, 0.2
_IPV4, _MAC_SCORE, _IPV6 = 0.95, 0.92, 0.9  # judged by how many parts agree: no set has enough of each
# Endings of file names, which are named in any talk of developers.
_NO_HOST = word_set("js py ts md go rb php cpp css html json yaml txt")
NO_LOCAL = word_set(
    """is me us you him her them it look looking looked here there or and are was were start started be been the meet
    see stay arrive arrived work works working based located yes yeah yep okay ok sure"""
)
"""What stands before "at" in talk and is never the end of a mailbox's name."""


def spoken_address_recognizer() -> Recognizer:
    """For all addresses said aloud."""

    def recognize(text: Text) -> list[Match]:
        if not {"dot", "colon", "period", "point", "dash", "hyphen"} & {token.plain for token in text.tokens}:
            return []
        classed = classify(text)
        return [*_emails(classed), *_ips(classed), *_urls(classed)]

    return recognize


def _emails(classed: ClassedText) -> Iterator[Match]:
    domains = list(_DOMAIN.finditer(classed.codes))
    begins = {occurrence.start() for occurrence in domains}
    for occurrence in domains:
        first, at, last = _local_start(classed, occurrence.start()), occurrence.start(), occurrence.end() - 1
        if occurrence.end() in begins and _is_a_name_of(classed, first, at, last):
            yield _name(classed.text, first)
        elif first < at and set(occurrence[1]) - set("dnto.-"):
            talk = _may_be_talk(classed, first, last)
            yield _match(classed.text, first, last, "EMAIL", _MAY_BE_TALK if talk else _EMAIL)


def _is_a_name_of(classed: ClassedText, first: int, at: int, last: int) -> bool:
    """Whether what stands before "at" is who has the address behind it: "reach Priya at priya dot raman at …"."""
    words = [token.plain for token in classed.text.tokens[first : last + 1]]
    return first == at - 1 and classed.codes[first] in "wn" and words[0] in words[2:]


def _name(text: Text, index: int) -> Match:
    """A word that is a person's name, as their address begins with it."""
    entity = f"person:~{text.tokens[index].plain}"
    return text.match(index, index, label="PERSON", entity=entity, rule=DetectionRule.SPOKEN_ADDRESS, score=_EMAIL)


def _local_start(classed: ClassedText, at: int) -> int:
    """The first token of the local part that ends before the token ``at``; ``at`` itself when there is none."""
    tokens, codes = classed.text.tokens, classed.codes
    first, free_words = at, 0
    while first > 0:
        code, word = codes[first - 1], tokens[first - 1].plain
        joined = code in "._-+&" or (first < at and codes[first] in "._-+&")
        if first == at and word in NO_LOCAL:
            break
        if not joined and first < at and (code in "fg@/:"):
            break
        if not joined and code in "wfg":
            free_words += 1
            if free_words > 3:
                break
        if code in "@/:":
            break
        first -= 1
    while first < at and codes[first] in "._-+&":
        first += 1
    return first


def _ips(classed: ClassedText) -> Iterator[Match]:
    for occurrence in _IP4.finditer(classed.codes):
        yield _match(classed.text, occurrence.start(), occurrence.end() - 1, "IP", _IPV4)
    for occurrence in _MAC.finditer(classed.codes):
        yield _match(classed.text, occurrence.start(), occurrence.end() - 1, "IP", _MAC_SCORE)
    for occurrence in _IP6.finditer(classed.codes):
        yield _match(classed.text, occurrence.start(), occurrence.end() - 1, "IP", _IPV6)


def _urls(classed: ClassedText) -> Iterator[Match]:
    tokens = classed.text.tokens
    for occurrence in _URL.finditer(classed.codes):
        first, last = occurrence.start(), occurrence.end() - 1
        words = [token.plain for token in tokens[first : last + 1]]
        codes = occurrence.group()
        dots = codes.count(".")
        top = "".join(words[len(words) - codes[::-1].index(".") :])
        if not (set(codes) - set("dntxo.")) or _is_a_version(words, codes):
            continue
        if dots > 1 or "/" in codes or _SCHEMES & set(words) or words[0] == "www":
            label = "URL" if "/" in codes or _SCHEMES & set(words) or "www" in "".join(words[:3]) else "HOST"
            doubtful = label == "HOST" and _may_be_talk(classed, first, last)
            yield _match(classed.text, first, last, label, _MAY_BE_TALK if doubtful else _HOST_OR_PATH)
        elif _is_talk(words, top):
            continue
        elif _is_an_end(words, top):
            usual = top in _USUAL and not _may_be_talk(classed, first, last)
            yield _match(classed.text, first, last, "URL", _TWO_PARTS if usual else _MAY_BE_TALK)


def _is_an_end(words: list[str], top: str) -> bool:
    """Whether a host may end so: usually, with a country or the like, or with any registered end behind "dot"."""
    short = len(top) <= 3 and top.isalpha() and top not in _NO_HOST
    return top in SPOKEN or short or ("dot" in words and top in registered())


def _may_be_talk(classed: ClassedText, first: int, last: int) -> bool:
    """Whether the dots were said as "point" before no usual ending: talk has "the point is" and the like."""
    words = [token.plain for token in classed.text.tokens[first : last + 1]]
    return "point" in words and words[-1] not in _USUAL


def _is_talk(words: list[str], top: str) -> bool:
    """Whether ordinary words stand on both sides of "point" or "period": "a data point to", "the same period in"."""
    return len(words) == 3 and words[1] in ("point", "period") and is_common(words[0]) and top in FUNCTION_WORDS


def _is_a_version(words: list[str], codes: str) -> bool:
    """Whether a word has nothing behind it but figures with "point" between: "version two point five point one"."""
    return "dot" not in words and "period" not in words and not set(codes.partition(".")[2]) - set("dntxo.")


def _match(text: Text, first: int, last: int, label: str, score: float) -> Match:
    words = [token.plain for token in text.tokens[first : last + 1]]
    return text.match(
        first,
        last,
        label=label,
        entity=f"{label.lower()}:{written(words)}",
        rule=DetectionRule.SPOKEN_ADDRESS,
        score=score,
    )


_SIGNS = {"dot": ".", "period": ".", "point": ".", "dash": "-", "hyphen": "-", "minus": "-", "underscore": "_"} | {
    "slash": "/", "colon": ":", "at": "@", "plus": "+", "ampersand": "&", "oh": "0", "o": "0"
}  # fmt: skip


def written(words: list[str]) -> str:
    """The identifier as it would be written."""
    return "".join(_SIGNS.get(word, word) for word in words)
