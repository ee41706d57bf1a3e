"""Which places that were heard again in a rendition a plan takes out, and which a person listened to and dismissed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.records import DismissedPlace, PlannedTerm, Proposal, SoundPlace, Verdict, term_heard


def heard_again(
    proposals: Iterable[Proposal],
    verdicts: Mapping[str, Verdict],
    *,
    terms: Sequence[PlannedTerm],
    of_removed: Sequence[PlannedTerm],
) -> tuple[tuple[Proposal, ...], tuple[DismissedPlace, ...]]:
    """The proposals that are taken out, each with its term's replacement, and the places where the term is not said.

    A place goes while its term is planned, unless a person kept it; what is ``of_removed`` participants goes even then.
    """
    planned = {term.text.casefold(): term.replacement for term in terms}
    removed = {term.text.casefold() for term in of_removed}
    applied: list[Proposal] = []
    dismissed: list[DismissedPlace] = []
    for proposal in proposals:
        term = term_heard(proposal.entity) if proposal.is_heard_again else None
        if term is None or term not in planned:
            continue
        if term in removed or verdicts.get(proposal.proposal_id) is not Verdict.KEEP:
            applied.append(replace(proposal, replacement=planned[term]))
        else:
            dismissed += _places(proposal, term)
    return tuple(applied), tuple(dismissed)


def is_sound_of_term(proposal: Proposal) -> bool:
    """Whether the term itself was heard in the sound; else words were read that are, or sound like, it."""
    term = term_heard(proposal.entity)
    return term is not None and all(finding.text.casefold() == term for finding in proposal.findings)


def _places(proposal: Proposal, term: str) -> list[DismissedPlace]:
    places = (finding.place for finding in proposal.findings if isinstance(finding.place, SoundPlace))
    spans = dict.fromkeys((place.start_s, place.end_s) for place in places)
    return [DismissedPlace(term=term, start_s=start_s, end_s=end_s) for start_s, end_s in spans]
