"""What a reviewer's decision teaches: how a known name was misheard, to be found exactly from then on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.records import Misheard, Proposal, Verdict
from pipeline.store import Workspace, misheard


def learn(workspace: Workspace, proposals: Iterable[Proposal], decided: Iterable[str], verdict: Verdict) -> None:
    """Keeps the heard forms of proposals that a person looked at and takes out; forgets those of what they keep.

    A decision about everything at once teaches nothing, as nobody looked at each: do not call it for that.
    """
    ids = set(decided)
    forms = [form for proposal in proposals if proposal.proposal_id in ids for form in _forms(proposal)]
    if not forms:
        return
    with workspace.db.begin() as connection:
        if verdict is Verdict.REDACT:
            misheard.learn(connection, workspace.key("alias"), forms)
        else:
            misheard.unlearn(connection, workspace.key("alias"), (), forms)


def _forms(proposal: Proposal) -> Iterator[Misheard]:
    """How a known name was heard, whatever the proposal calls it; not by words that are in any talk."""
    taught = [finding for finding in proposal.findings if finding.rule.spec.teaches]
    for text, entity, label in {(finding.text.casefold(), finding.entity, finding.label) for finding in taught}:
        words = words_of(text)
        if words and not all(word in FUNCTION_WORDS for word in words):
            yield Misheard(text=text, entity=entity, label=label)
