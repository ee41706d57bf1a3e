"""The clip of one request: the words of who asked, cut out of the published rendition, consent read at the door."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline import consent
from pipeline.errors import ProofFailed, RefusedByPolicy, TryAgain, UsageProblem
from pipeline.export import Selection
from pipeline.export.mentions import PURPOSE, QUOTED, Mention, may_use
from pipeline.files import file_digest, make_private
from pipeline.files.run_folder import run_folder
from pipeline.proof import MANIFEST, Manifest, failure_line, prove_unchanged, read_manifest
from pipeline.records import Audience, OutFile, ProofVerdict, RequestSource, Ruling, Session, Turn
from pipeline.render.clip import cut_clip
from pipeline.render.rendition import turns_of
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.tag.turns import whole_turns
from pipeline.workflow.request_recall import HeldRequests, delivery, note_handed_out, redactions_of
from pipeline.workflow.request_report import Gathered, gather

_OWNER = "clip"
PAD_S = 0.5
"""Before and after the words: where a sentence begins within a turn is worked out from its share of the letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestClip:
    """What was cut: from where to where in seconds of the session, and the names of the files in the folder."""

    session: str
    start_s: float
    end_s: float
    verdict: ProofVerdict
    files: tuple[str, ...]


def export_clip(
    workspace: Workspace, request_id: str, output: Path, *, to_whom: str = "", now: datetime
) -> RequestClip:
    """Writes the clip of one request as the new folder ``output`` and notes where it went.

    Raises ``UsageProblem`` where there is no such request or the folder is there already, ``RefusedByPolicy`` where
    somebody who is heard in it does not let their words be shown, ``ProofFailed`` where the rendition or the clip does
    not hold, ``TryAgain`` when consent changes meanwhile.
    """
    _may_write(output)
    mention = quotable_mention(workspace, gather(workspace, now=now), request_id)
    session = Registry(workspace.db).session(mention.session)
    ruling = consent.current_ruling(session, workspace=workspace, now=now)
    folder = workspace.out / mention.session / Audience.INTERNAL
    manifest = _proved(folder, workspace)
    turns = turns_of(folder)
    if not isinstance(ruling, Ruling):
        raise _refused()
    own = _turn(turns_as_tagged(session, ruling, turns), mention)
    start_s, end_s = _padded(turns, own, mention, manifest.length_s)
    heard = _heard(turns, start_s, end_s)
    if not _all_may(session, ruling, heard):
        raise _refused()
    captions = (replace(own, start_s=mention.start_s, end_s=mention.end_s, text=mention.quote),)
    scratch = make_private(workspace.scratch / f"clip-{request_id}")
    try:
        clip = cut_clip(folder, manifest, captions, start_s=start_s, end_s=end_s, out=scratch, signer=workspace.signer)
        names = tuple(sorted(path.name for path in scratch.iterdir()))
        files = {
            delivery(str(output.absolute() / name), to_whom): OutFile(
                name=f"{request_id}-{name}", digest=file_digest(scratch / name)
            )
            for name in names
        }
        held = _held(mention, request_id, heard)
        with consent.release(workspace, ruling):
            if _proved(folder, workspace) != manifest:
                raise TryAgain("the rendition was made again meanwhile", action="run this again")
            note_handed_out(workspace, files, held, by="offrecord export clip", now=now)
            _place(scratch, output)
    finally:
        shutil.rmtree(scratch)
    return RequestClip(session=mention.session, start_s=start_s, end_s=end_s, verdict=clip.verdict, files=names)


def _held(mention: Mention, request_id: str, heard: tuple[str | None, ...]) -> HeldRequests:
    """What the files of a clip hold, so that they can be called back."""
    return HeldRequests(
        request_ids=(request_id,),
        quoted=(request_id,),
        answered=(),
        heard_in=mention.session,
        heard=heard,
        sessions=(mention.session,),
        redactions=(redactions_of(mention),),
    )


def turns_as_tagged(session: Session, ruling: Ruling, turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns whole as the tagger read them: it does not read those of who may not be used for product work."""
    return whole_turns([turn for turn in turns if may_use(ruling, session, turn.participant_id, PURPOSE)])


def _refused() -> RefusedByPolicy:
    return RefusedByPolicy(
        "somebody who is heard there does not let their words be shown", action="hand out the wording in plain words"
    )


def _proved(folder: Path, workspace: Workspace) -> Manifest:
    """The manifest of a rendition that is byte for byte what this workspace proved."""
    proof = prove_unchanged(folder, public_key=workspace.signer.public_key)
    manifest = read_manifest(folder / MANIFEST)
    if manifest is None or proof.verdict is not ProofVerdict.PROVED:
        raise ProofFailed(failure_line(proof), action="run `offrecord run` again, and `offrecord verify`")
    return manifest


def _may_write(output: Path) -> None:
    if output.exists() or output.is_symlink():
        raise UsageProblem("the output is there already", action="name a new folder")
    if not output.parent.is_dir():
        raise UsageProblem("the output's folder does not exist", action="make it")


def _place(scratch: Path, output: Path) -> None:
    """Shows the finished folder under its name in one step: whoever looks there finds all of it, or nothing."""
    with run_folder(output.parent, ".offrecord-", _OWNER) as staging:
        copy = Path(shutil.copytree(scratch, staging / output.name))
        for path in copy.iterdir():
            path.chmod(0o640)
        copy.chmod(0o750)
        copy.rename(output)


def quotable_mention(workspace: Workspace, gathered: Gathered, request_id: str) -> Mention:
    """The request, where its words may be shown and where it was said may be told."""
    mention = next((mention for mention in gathered.mentions if mention.request_id == request_id), None)
    if mention is None:
        raise UsageProblem("there is no such request", action="`offrecord requests list` and `show` list them")
    if mention.source is RequestSource.CHAT:
        raise UsageProblem(
            "the request was typed into the chat, so there is no sound of it to cut",
            action="hand out the wording: `offrecord requests show` has it",
        )
    if not mention.is_quoted:
        raise RefusedByPolicy(
            "who asked does not let their words be shown", action="hand out the wording in plain words"
        )
    report = gathered.report(Selection(**workspace.settings.export.model_dump()))
    if not any(row.request_id == request_id and row.session for row in report.mentions):
        raise RefusedByPolicy(
            "too few customers ask for it to tell where it was said", action="hand out the wording without a clip"
        )
    return mention


def _turn(turns: Sequence[Turn], mention: Mention) -> Turn:
    """The turn that a request is a part of."""
    middle_s = (mention.start_s + mention.end_s) / 2
    own = next((turn for turn in turns if turn.start_s <= middle_s <= turn.end_s and mention.quote in turn.text), None)
    if own is None:
        raise UsageProblem("the request is not in the published transcript", action="run `offrecord requests retag`")
    return own


def _padded(turns: Sequence[Turn], own: Turn, mention: Mention, length_s: float) -> tuple[float, float]:
    """The seconds of the clip: a little more than the words, but nothing of what others said before or after."""
    others = [turn for turn in turns if turn is not own]
    before_s = max((turn.end_s for turn in others if turn.end_s <= mention.start_s), default=0.0)
    after_s = min((turn.start_s for turn in others if turn.start_s >= mention.end_s), default=length_s)
    return max(before_s, mention.start_s - PAD_S), min(after_s, length_s, mention.end_s + PAD_S)


def _heard(turns: Sequence[Turn], start_s: float, end_s: float) -> tuple[str | None, ...]:
    """Who talks in these seconds, each once; None is somebody whom nobody knows."""
    return tuple(dict.fromkeys(turn.participant_id for turn in turns if turn.start_s < end_s and turn.end_s > start_s))


def _all_may(session: Session, ruling: Ruling, heard: Sequence[str | None]) -> bool:
    """Whether everybody who is heard lets their words be used and shown."""
    return all(may_use(ruling, session, who, purpose) for who in heard for purpose in (PURPOSE, QUOTED))
