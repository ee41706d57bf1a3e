"""Proves a rendition again from its files alone: signature, digests, streams, tags, levels, texts that agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline import spans
from pipeline.errors import UsageProblem
from pipeline.files import file_digest
from pipeline.lexicon.counted import counted, is_or_are
from pipeline.media.output_formats import format_of
from pipeline.proof.expected import ExpectedSound
from pipeline.proof.file_plan import FilePlan, prove_file
from pipeline.proof.media_file import media_checks
from pipeline.proof.picture_boxes import covers_hold
from pipeline.proof.proof_file import NAME as MANIFEST
from pipeline.proof.proof_file import Manifest, read_manifest
from pipeline.proof.silence import EDGE_S
from pipeline.proof.text_agreement import texts_agree
from pipeline.proof.text_search import NAME as TERMS
from pipeline.proof.text_search import texts_free_of
from pipeline.records import Audience, Check, PlannedTerm, Proof, ProofVerdict

# As ingest makes them: the day, and the start of a digest.
SESSION_ID = r"\d{4}-\d\d-\d\d-[0-9a-f]{8}"
SIGNATURE, PLACE, FILES = "signature", "place", "files"
_TEXTS = (".vtt", ".srt", ".txt", ".jsonl")


def prove(place: Path, *, plan: FilePlan | None = None, public_key: str | None = None) -> Proof:
    """Prove a rendition by the ``proof.json`` in the folder ``place`` or beside the file ``place``.

    It must be signed with ``public_key``, or without one with the key that it names. A ``plan`` gives terms that may
    stand nowhere; a file with a plan is proved by that alone. Raises ``UsageProblem`` where there is neither, or where
    something was asked for that would not be looked at.
    """
    if plan is not None and place.is_file():
        if public_key is not None:
            raise UsageProblem(
                "a plan proves one file, whoever signed it", action="leave out --key, or give the folder"
            )
        return prove_file(place, plan=plan)
    if plan is not None and plan.windows:
        raise UsageProblem("a rendition is proved by its own windows", action="give the file, or a plan of terms alone")
    folder = place if place.is_dir() else place.parent
    if not (folder / MANIFEST).is_file():
        raise UsageProblem("there is no proof.json beside it", action="give the folder of a rendition, or --plan")
    unchanged, manifest = prove_unchanged(folder, public_key=public_key), read_manifest(folder / MANIFEST)
    if manifest is None or unchanged.verdict is not ProofVerdict.PROVED:
        return unchanged
    terms = tuple(PlannedTerm(text=term, replacement="") for term in (plan.terms if plan else ()))
    checks = (*unchanged.checks, *_media(folder, manifest, terms), *_texts(folder, terms))
    # No proof.json holds what was taken out: a search for nothing would say that nothing was found.
    return Proof(checks=tuple(check for check in checks if terms or check.name != TERMS))


def what_it_means(proof: Proof, *, plan: FilePlan | None, is_key_known: bool) -> str:
    """What a proof that passed says in plain English, and what it does not."""
    if proof.verdict is not ProofVerdict.PROVED:
        return ""
    if plan is not None and not any(check.name == SIGNATURE for check in proof.checks):
        said = "The file was decoded, and every span of the plan is silent, covered or a tone in it."
    else:
        said = (
            "These are the files that the workspace proved and signed, byte for byte. They were decoded again: every "
            "span that was redacted is silent, covered or a tone, and captions and transcript say the same."
        )
    if plan is not None and plan.terms:
        said += f" {counted(len(plan.terms), 'term')} of the plan {is_or_are(len(plan.terms))} nowhere in it."
    else:
        said += (
            " It was not searched for names here: the run did that before it signed; --plan with terms does it again."
        )
    if not is_key_known and any(check.name == SIGNATURE for check in proof.checks):
        said += " Whose key signed it is not certain: give --key with the one that `offrecord doctor` shows."
    return said


def prove_unchanged(folder: Path, *, public_key: str | None) -> Proof:
    """Whether a rendition is byte for byte what its proof says, and the proof what somebody signed; nothing more."""
    manifest = read_manifest(folder / MANIFEST)
    signature = _signed(manifest, public_key)
    if manifest is None or signature.verdict is not ProofVerdict.PROVED:
        return Proof(checks=(signature,))
    return Proof(checks=(signature, _in_place(folder, manifest), _unchanged(folder, manifest)))


def failure_line(proof: Proof) -> str:
    """What is wrong, for a person; of a proof that did not pass."""
    failed = next(check for check in proof.checks if check.verdict is proof.verdict)
    where = "" if failed.at_s is None else f" at {failed.at_s:.1f} s"
    return f"{failed.verdict.value}{where} ({failed.name}: {failed.detail}); do not hand it out"


def _signed(manifest: Manifest | None, public_key: str | None) -> Check:
    if manifest is None:
        detail = "proof.json was changed, or is none of this version"
        return Check(name=SIGNATURE, verdict=ProofVerdict.UNCHECKED, detail=detail)
    if manifest.verdict != ProofVerdict.PROVED:
        return Check(name=SIGNATURE, verdict=ProofVerdict.UNCHECKED, detail="by its own proof.json it was not proved")
    if not manifest.signature:
        return Check(name=SIGNATURE, verdict=ProofVerdict.UNCHECKED, detail="proof.json is not signed")
    if not manifest.is_signed_by(manifest.signed_by if public_key is None else public_key):
        whose = "with the key that it names" if public_key is None else "with the given key"
        detail = f"proof.json was changed, or was not signed {whose}"
        return Check(name=SIGNATURE, verdict=ProofVerdict.UNCHECKED, detail=detail)
    whose = (
        f"{manifest.signed_by}, which was not compared with yours: give --key"
        if public_key is None
        else "the given key"
    )
    detail = f"the {manifest.audience} rendition of {manifest.session_id}, signed with {whose}"
    return Check(name=SIGNATURE, verdict=ProofVerdict.PROVED, detail=detail)


def _in_place(folder: Path, manifest: Manifest) -> Check:
    """Whether the folder is named for what it holds, as far as its name, or that of the one around it, is a claim.

    In the output folder a rendition lies in SESSION/AUDIENCE; elsewhere a folder may have any name that is neither.
    """
    place = folder.resolve()
    named, around = place.name, place.parent.name
    in_output = named in set(Audience) or _is_session_id(around)
    right = (named, around) == (manifest.audience, manifest.session_id)
    if (in_output and not right) or (_is_session_id(named) and named != manifest.session_id):
        detail = f"the {manifest.audience} rendition of {manifest.session_id} in the place of another"
        return Check(name=PLACE, verdict=ProofVerdict.LEAK, detail=detail)
    detail = f"the {manifest.audience} rendition of {manifest.session_id}"
    return Check(name=PLACE, verdict=ProofVerdict.PROVED, detail=detail)


def _is_session_id(name: str) -> bool:
    return re.fullmatch(SESSION_ID, name) is not None


def _unchanged(folder: Path, manifest: Manifest) -> Check:
    """Whether the folder holds what the manifest lists, byte for byte, and nothing else."""
    unexpected = [path.name for path in folder.iterdir() if path.is_symlink() or not path.is_file()]
    if unexpected:
        return Check(
            name=FILES,
            verdict=ProofVerdict.LEAK,
            detail=f"{counted(len(unexpected), 'link or folder', 'links or folders')} among the files",
        )
    there = {path.name: file_digest(path) for path in folder.iterdir() if path.name != MANIFEST}
    listed = {file.name: file.digest for file in manifest.files}
    changed = sorted(name for name in listed if there.get(name, listed[name]) != listed[name])
    missing, extra = sorted(listed.keys() - there.keys()), len(there.keys() - listed.keys())
    if not (changed or missing or extra or manifest.media not in listed):
        return Check(name=FILES, verdict=ProofVerdict.PROVED, detail=f"{counted(len(listed), 'file')} as proved")
    faults = [*(f"{name} was changed" for name in changed), *(f"{name} is missing" for name in missing)]
    faults += [f"{counted(extra, 'file')} more than were proved"] if extra else []
    faults += ["the sound or picture is none of them"] if manifest.media not in listed else []
    return Check(name=FILES, verdict=ProofVerdict.LEAK, detail="; ".join(faults))


def _media(folder: Path, manifest: Manifest, terms: Sequence[PlannedTerm]) -> Iterator[Check]:
    output_format = format_of(Path(manifest.media).suffix)
    sound = ExpectedSound(
        track_ids=manifest.tracks,
        windows=manifest.intervals,
        length_s=manifest.length_s,
        tone=manifest.fill == "tone",
    )
    yield from media_checks(
        folder / manifest.media, output_format=output_format, sounds=[sound], picture=output_format.picture, terms=terms
    )
    if manifest.covers:
        yield from covers_hold(folder / manifest.media, manifest.covers)
    silent = sound.silent
    short = len(silent) - len(spans.pad(silent, -EDGE_S))
    rest = len(manifest.windows) - len(silent)
    detail = f"{len(silent)} silent in the file, {short} of them too short to be measured; {rest} of single tracks"
    yield Check(name="windows", verdict=ProofVerdict.PROVED, detail=detail)


def _texts(folder: Path, terms: Sequence[PlannedTerm]) -> Iterator[Check]:
    """Captions and transcript must say what the turns say, and no more."""
    yield texts_agree(folder)
    if terms:
        yield texts_free_of([path for path in sorted(folder.iterdir()) if path.suffix in _TEXTS], terms)
