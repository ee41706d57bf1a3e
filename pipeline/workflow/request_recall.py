"""Which files held which requests and to whom they went, so that they can be called back when a consent ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline import consent
from pipeline.export.mentions import Mention, may_quote
from pipeline.records import Held, OutFile, Refused, Ruling, Session
from pipeline.store import Workspace
from pipeline.store.artefacts import ELSEWHERE, Artefact, ArtefactState
from pipeline.store.registry import Registry
from pipeline.workflow.rendition_recall import closed_copies
from pipeline.workflow.request_report import gather

STAGE = "exports"
"""Under which it is kept what each file held, for as long as the file may be somewhere."""
_TAKEN_OUT = re.compile(r"\[[a-z]+(?: [^\]]*)?\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRequests:
    """The requests that a file held, which of them in the words that were said, and which with an answer of staff.

    None where an earlier version did not keep it: it may have been any of them. ``sessions`` are those that the
    requests come from. ``heard_in`` and ``heard`` are the session of a clip and who is heard in it. ``redactions``
    is, for each request, how many parts were taken out of its words and of the answer. ``answered_behind`` has for
    each of ``answered`` its session and whom the answer may repeat.
    """

    request_ids: tuple[str, ...]
    quoted: tuple[str, ...] | None = None
    answered: tuple[str, ...] | None = None
    heard_in: str = ""
    heard: tuple[str | None, ...] = ()
    redactions: tuple[tuple[int, int], ...] | None = None
    answered_behind: tuple[tuple[str, ...], ...] = ()
    sessions: tuple[str, ...] | None = None

    def unquotable(self, shown: Mapping[str, Mention], may_quote: Callable[[str, str | None], bool]) -> tuple[str, ...]:
        """Those that may be shown still, but not in the words that the file held.

        ``may_quote`` says of a session and a participant in it whether their words may be shown.
        """
        repeated = {
            request_id
            for request_id, (session_id, *people) in zip(self.answered or (), self.answered_behind, strict=False)
            if not all(may_quote(session_id, who or None) for who in people)
        }
        quoted, answered = (self.request_ids if ids is None else ids for ids in (self.quoted, self.answered))
        kept = [mention for request_id in self.request_ids if (mention := shown.get(request_id))]
        return tuple(
            mention.request_id
            for mention in kept
            if (mention.request_id in quoted and not mention.is_quoted)
            or (mention.request_id in answered and mention.answer_withheld)
            or mention.request_id in repeated
            or self._holds_more_than(mention)
        )

    def _holds_more_than(self, mention: Mention) -> bool:
        """Whether less was taken out of a request when the file was written: since then somebody said what is secret.

        Its title is of the same words, so that it says nothing whether they were quoted.
        """
        if self.redactions is None:
            return False
        then = self.redactions[self.request_ids.index(mention.request_id)]
        return any(now > before for now, before in zip(redactions_of(mention), then, strict=True))


def redactions_of(mention: Mention) -> tuple[int, int]:
    """How many parts are taken out of the words of a request, and of its answer."""
    return len(_TAKEN_OUT.findall(mention.wording)), len(_TAKEN_OUT.findall(mention.answer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """One file that held what may no longer be shown: where it is or to whom it went, and which requests.

    ``file`` is its place below the workspace, or its name alone where it was written elsewhere; ``in_workspace`` says
    whether it lies there now. ``went_to`` is the place of a copy, empty for the file in the workspace itself.
    Copies of a rendition and vCons are of all of a session, and name no request. ``requests`` may not be shown at all;
    ``quotes`` may, but no longer in the words that the file held.
    """

    file: str
    in_workspace: bool
    sha256: str
    went_to: str
    noted_at: str
    requests: tuple[str, ...]
    quotes: tuple[str, ...]


def delivery(place: str, to_whom: str) -> str:
    """Where a file goes and who is given it, as ``recalls`` says it."""
    person = " ".join(to_whom.split())
    return f"{place}, given to {person}" if person else place


def note_handed_out(
    workspace: Workspace, files: Mapping[str, OutFile], held: HeldRequests, *, by: str, now: datetime
) -> None:
    """Notes the files that hold these requests, by the place that each goes to, so that ``recalls`` lists them."""
    for to, file in files.items():
        artefact_id = note_file(workspace, file, held, folder=ELSEWHERE)
        workspace.artefacts.set_state([artefact_id], ArtefactState.SUPERSEDED)
        workspace.artefacts.copied(artefact_id, to=to, by=by, now=now)


def note_file(workspace: Workspace, file: OutFile, held: HeldRequests, *, folder: str = "out/exports") -> str:
    """Notes a file of a folder of the workspace with what it holds; gives the id of its artefact."""
    place, log_head = workspace.root / folder / file.name, consent.log_head(workspace)
    artefact_id = workspace.artefacts.note(
        "export", place, session_id=None, contributors=None, log_head=log_head, digest=file.digest
    )
    workspace.stages.put(STAGE, artefact_id, held)
    return artefact_id


def sessions_held(workspace: Workspace) -> Mapping[str, frozenset[str]]:
    """By id of each export and clip the sessions that its requests come from; not of those of earlier versions."""
    return {
        artefact.artefact_id: frozenset(held.sessions)
        for artefact, held in _held(workspace)
        if held.sessions is not None
    }


def recalls(workspace: Workspace, *, now: datetime) -> list[Recall]:
    """Every file that held what may not be shown now, with who was given it, in order of time.

    What a person rejected as no request is shown nowhere, but nobody's consent ended: it is not called back.
    """
    gathered, consents = gather(workspace, now=now), _Consents(workspace, now)
    shown = {mention.request_id: mention for mention in (*gathered.mentions, *gathered.rejected)}
    copies: dict[str, list[tuple[str, str]]] = {}
    for copy in workspace.artefacts.copies():
        copies.setdefault(copy.artefact_id, []).append((copy.went_to, copy.noted_at))
    deliveries = [
        _recall(workspace, artefact, went_to, noted_at)
        for artefact in closed_copies(workspace, consents.ruling)
        for went_to, noted_at in copies[artefact.artefact_id]
    ]
    for artefact, held in _held(workspace):
        gone = tuple(request_id for request_id in held.request_ids if request_id not in shown)
        kept = tuple(request_id for request_id in held.request_ids if request_id in shown)
        quotes = held.unquotable(shown, consents.may_quote) if consents.all_heard_may(held) else kept
        there = [("", "")] if artefact.state is ArtefactState.LIVE else []
        deliveries += [
            _recall(workspace, artefact, went_to, noted_at, requests=gone, quotes=quotes)
            for went_to, noted_at in [*copies.get(artefact.artefact_id, []), *there]
            if gone or quotes
        ]
    return sorted(deliveries, key=lambda delivery: (delivery.noted_at, delivery.file, delivery.went_to))


def _recall(
    workspace: Workspace,
    artefact: Artefact,
    went_to: str,
    noted_at: str,
    *,
    requests: tuple[str, ...] = (),
    quotes: tuple[str, ...] = (),
) -> Recall:
    is_current = artefact.state in (ArtefactState.LIVE, ArtefactState.QUARANTINED)
    return Recall(
        file=artefact.shown_location,
        in_workspace=is_current and workspace.has_material(workspace.root / artefact.location),
        sha256=artefact.sha256,
        went_to=went_to,
        noted_at=noted_at,
        requests=requests,
        quotes=quotes,
    )


def _held(workspace: Workspace) -> Iterator[tuple[Artefact, HeldRequests]]:
    for artefact in workspace.artefacts.all():
        held = workspace.stages.get(STAGE, artefact.artefact_id, HeldRequests) if artefact.kind == "export" else None
        if held is not None:
            yield artefact, held


class _Consents:
    """Who may be quoted now in which session; each session is ruled once."""

    def __init__(self, workspace: Workspace, now: datetime) -> None:
        self._workspace, self._now, self._registry = workspace, now, Registry(workspace.db)
        self._known: dict[str, tuple[Session, Ruling | Held | Refused]] = {}

    def all_heard_may(self, held: HeldRequests) -> bool:
        """Whether everybody who is heard in a clip lets their words be shown still; a file is no clip."""
        return not held.heard_in or all(self.may_quote(held.heard_in, who) for who in held.heard)

    def may_quote(self, session_id: str, who: str | None) -> bool:
        """Whether the words of a participant may be shown; nobody's where a session is held."""
        ruling = self.ruling(session_id)
        return isinstance(ruling, Ruling) and may_quote(ruling, self._known[session_id][0], who)

    def ruling(self, session_id: str) -> Ruling | Held | Refused:
        """How a session is ruled now."""
        if session_id not in self._known:
            session = self._registry.session(session_id)
            ruling = consent.current_ruling(session, workspace=self._workspace, now=self._now)
            self._known[session_id] = session, ruling
        return self._known[session_id][1]
