"""Search over a session under review: its words and proposals as they are shown, or also what is masked, on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import UsageProblem
from pipeline.lexicon import words_of
from pipeline.review import decision_log
from pipeline.store import Workspace
from pipeline.workflow.review_material import ReviewSession
from pipeline.workflow.review_views import Decided, ProposalView, masked_words, turns_of_words

_MOST = 500
"""Places that are given; whoever finds more needs another word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHits:
    """Where a text is: runs of words by their places in the transcript, half-open, and proposals by their ids."""

    words: tuple[tuple[int, int], ...]
    proposals: tuple[str, ...]


def search(
    workspace: Workspace,
    opened: ReviewSession,
    decided: Decided,
    views: Sequence[ProposalView],
    text: str,
    *,
    hidden_to: str | None = None,
) -> SearchHits:
    """Where words with the letters of ``text`` are said by one person in a row, the last one begun or whole.

    Nothing masked is looked at: that a word is there would be said by its being found. With ``hidden_to``, somebody
    whom the ledger records first as for a reveal, masked words and texts are searched too. Proposals are searched as
    ``views`` show them. Raises ``UsageProblem`` for a text without a letter or digit.
    """
    wanted = words_of(text)
    if not wanted:
        raise UsageProblem("there is nothing to search for", action="give a word or a part of one")
    if hidden_to is not None:
        decision_log.note_reveal(workspace.db, opened.session.session_id, actor=hidden_to)
    masked = masked_words(opened, decided) if hidden_to is None else frozenset()
    spoken = [() if index in masked else _tokens(word.text) for index, word in enumerate(opened.transcript.words)]
    found_words = tuple(_runs(opened, spoken, wanted))[:_MOST]
    texts = _texts(opened) if hidden_to is not None else {}
    phrase = " ".join(wanted)
    proposals = (view.proposal_id for view in views if _shows(view, texts.get(view.proposal_id, ""), phrase))
    return SearchHits(words=found_words, proposals=tuple(proposals)[:_MOST])


@lru_cache(maxsize=8192)
def _tokens(text: str) -> tuple[str, ...]:
    """The words in the text of one, which is the same again and again in a long session."""
    return tuple(words_of(text))


def _runs(opened: ReviewSession, spoken: Sequence[Sequence[str]], wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The runs of words of one turn whose letters are those that are wanted."""
    for turn in turns_of_words(opened.transcript.words):
        tokens = [(token, index) for index in turn for token in spoken[index] or ("",)]
        for at in range(len(tokens) - len(wanted) + 1):
            own = tokens[at : at + len(wanted)]
            whole = all(token == other for (token, _), other in zip(own[:-1], wanted[:-1], strict=True))
            if whole and own[-1][0].startswith(wanted[-1]):
                yield own[0][1], own[-1][1] + 1


def _texts(opened: ReviewSession) -> dict[str, str]:
    return {
        proposal.proposal_id: " ".join(" ".join(words_of(finding.text)) for finding in proposal.findings)
        for proposal in opened.proposals
    }


def _shows(view: ProposalView, hidden: str, phrase: str) -> bool:
    """Whether a proposal as it is shown, or its texts where they are searched, has the phrase."""
    rules = " ".join(dict.fromkeys(mention.rule for mention in view.mentions))
    shown = " ".join(words_of(f"{view.replacement} {view.category} {rules} {view.actor} {view.reason}"))
    return f" {phrase}" in f" {shown}" or f" {phrase}" in f" {hidden}"
