"""However many terms there are, a text is read once: and everything is found that a walk term by term finds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import PlannedTerm
from pipeline.render.terms import _TOKEN, _UNSEEN, LONG, TermReplacer, looks

words = st.text(alphabet="ab", min_size=1, max_size=4)
phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)
texts = st.lists(st.one_of(words, st.sampled_from([" ", "-", "\u200b", "á", "ab ab", "bab"])), max_size=30).map("".join)


def places(text: str, owner: list[int], term: str) -> list[tuple[int, tuple[int, int]]]:
    return [(at, (owner[at], owner[at + len(term) - 1] + 1)) for at in range(len(text)) if text.startswith(term, at)]


def one_by_one(terms: list[str], text: str) -> list[tuple[int, int, str]]:
    """Every term looked for by itself, the longest first, as it is defined."""
    unique = {tuple(looks(token) for token in _TOKEN.findall(term)): f"[{term}]" for term in reversed(terms)}
    order = [tuple(looks(token) for token in _TOKEN.findall(term)) for term in terms]
    ranked = sorted(dict.fromkeys(order), key=lambda tokens: -len("".join(tokens)))
    tokens = [(match.start(), match.end(), looks(match.group())) for match in _TOKEN.finditer(text)]
    gaps = ["" if _UNSEEN.fullmatch(text[a[1] : b[0]]) else " " for a, b in pairwise(tokens)]
    joined, written = "".join(token for *_, token in tokens), ""
    owner, owner_written, starts = [], [], {0}
    for index, (*_, token) in enumerate(tokens):
        gap = gaps[index] if index < len(gaps) else ""
        owner += [index] * len(token)
        owner_written += [index] * len(token + gap)
        written += token + gap
        starts.add(len(owner))
    taken, spans = [False] * len(tokens), []
    for term in ranked:
        whole = "".join(term)
        runs = [run for at, run in places(joined, owner, whole) if {at, at + len(whole)} <= starts]
        if len(whole) >= LONG:
            runs += [run for _, run in places(written, owner_written, " ".join(term))]
        for first, last in runs:
            free = [index for index in range(first, last) if not taken[index]]
            parts = [(first, last - 1)] if len(free) == last - first else [(index, index) for index in free]
            spans += [(tokens[start][0], tokens[end][1], unique[term]) for start, end in parts]
            taken[first:last] = [True] * (last - first)
    return sorted(spans)


@given(st.lists(phrases, min_size=1, max_size=6), texts)
def test_all_that_one_finds_many_find(terms: list[str], text: str) -> None:
    planned = [PlannedTerm(text=term, replacement=f"[{term}]") for term in terms]
    assert list(TermReplacer(planned).spans(text)) == one_by_one(terms, text)


def test_a_text_is_cut_together_as_it_was() -> None:
    terms = TermReplacer([PlannedTerm(text="ann", replacement="[person 1]"), PlannedTerm(text="bo", replacement="[p]")])
    assert terms.replace("Ann, Bo and Annie; bo.") == "[person 1], [p] and Annie; [p]."
    assert terms.replace("") == ""
