"""Proves a rendition again from its files alone: signature, digests, streams, tags, levels, texts that agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import InputRefused, UsageProblem
from pipeline.media.kinds import kind_of
from pipeline.records import Audience, Check, PlannedTerm, Proof, ProofVerdict
from pipeline.render import manifest, names, onefile, texts
from pipeline.render.manifest import Manifest
from pipeline.render.proof import media_checks
from pipeline.render.proof.covered import covers_hold
from pipeline.render.proof.levels import EDGE_S
from pipeline.render.proof.search import texts_free_of
from pipeline.render.proof.silent import silent_everywhere
from pipeline.render.rendition import out_files, turns_of
from pipeline.render.spanfile import read_plan

SIGNATURE, PLACE, FILES, TEXTS = "signature", "place", "files", "texts agree"
_TEXTS = (names.CAPTIONS, names.CAPTIONS_SRT, names.TRANSCRIPT, names.TRANSCRIPT_JSONL, names.CHAT)
_SESSION_ID = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{8}")


def prove(place: Path, *, plan: Path | None = None, public_key: str | None = None) -> Proof:
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
        return onefile.prove(place, plan=plan)
    terms = _terms_of(plan) if plan is not None else ()
    folder = place if place.is_dir() else place.parent
    if not (folder / manifest.NAME).is_file():
        raise UsageProblem("there is no proof.json beside it", action="give the folder of a rendition, or --plan")
    as_signed, told = sealed(folder, public_key=public_key), manifest.read(folder / manifest.NAME)
    if told is None or as_signed.verdict is not ProofVerdict.PROVED:
        return as_signed
    planned = tuple(PlannedTerm(text=term, replacement="") for term in terms)
    return Proof(checks=(*as_signed.checks, *_media(folder, told, planned), *_texts(folder, planned)))


def sealed(folder: Path, *, public_key: str | None) -> Proof:
    """Whether a rendition is byte for byte what its proof says, and the proof what somebody signed; nothing more."""
    told = manifest.read(folder / manifest.NAME)
    signed = _signed(told, public_key)
    if told is None or signed.verdict is not ProofVerdict.PROVED:
        return Proof(checks=(signed,))
    return Proof(checks=(signed, _in_place(folder, told), _unchanged(folder, told)))


def in_one_line(proof: Proof) -> str:
    """What is wrong, for a person; of a proof that did not pass."""
    bad = next(check for check in proof.checks if check.verdict is proof.verdict)
    where = "" if bad.at_s is None else f" at {bad.at_s:.1f} s"
    return f"{bad.verdict.value}{where} ({bad.name}: {bad.detail}); do not hand it out"


def _signed(told: Manifest | None, public_key: str | None) -> Check:
    if told is None:
        detail = "proof.json was changed, or is none of this version"
        return Check(name=SIGNATURE, verdict=ProofVerdict.UNCHECKED, detail=detail)
    if not told.signature:
        return Check(name=SIGNATURE, verdict=ProofVerdict.UNCHECKED, detail="proof.json is not signed")
    if not told.is_signed_by(told.signed_by if public_key is None else public_key):
        whose = "with the key that it names" if public_key is None else "with the given key"
        detail = f"proof.json was changed, or was not signed {whose}"
        return Check(name=SIGNATURE, verdict=ProofVerdict.UNCHECKED, detail=detail)
    whose = f"{told.signed_by}, which nobody vouches for: give --key" if public_key is None else "the given key"
    detail = f"the {told.audience} rendition of {told.session_id}, signed with {whose}"
    return Check(name=SIGNATURE, verdict=ProofVerdict.PROVED, detail=detail)


def _terms_of(plan: Path) -> tuple[str, ...]:
    wanted = read_plan(plan)
    if wanted.windows:
        raise UsageProblem("a rendition is proved by its own windows", action="give the file, or a plan of terms alone")
    return wanted.terms


def _in_place(folder: Path, told: Manifest) -> Check:
    """Whether a folder that is named after an audience or a session holds the rendition that its names say."""
    place = folder.resolve()
    if place.name in set(Audience) and place.name != told.audience:
        detail = f"this is the {told.audience} rendition in the place of the {place.name} one"
        return Check(name=PLACE, verdict=ProofVerdict.LEAK, detail=detail)
    meant = [name for name in (place.name, place.parent.name) if _SESSION_ID.fullmatch(name)]
    if meant and meant[0] != told.session_id:
        return Check(name=PLACE, verdict=ProofVerdict.LEAK, detail="this is the rendition of another session")
    return Check(name=PLACE, verdict=ProofVerdict.PROVED, detail=f"the {told.audience} rendition")


def _unchanged(folder: Path, told: Manifest) -> Check:
    """Whether the folder holds what the manifest lists, byte for byte, and nothing else."""
    strange = [path.name for path in folder.iterdir() if path.is_symlink() or not path.is_file()]
    if strange:
        return Check(name=FILES, verdict=ProofVerdict.LEAK, detail=f"{len(strange)} links or folders among the files")
    there = {file.name: file.digest for file in out_files(folder) if file.name != manifest.NAME}
    listed = {file.name: file.digest for file in told.files}
    changed = sorted(name for name in listed if there.get(name, listed[name]) != listed[name])
    missing, extra = sorted(listed.keys() - there.keys()), len(there.keys() - listed.keys())
    if not (changed or missing or extra or told.media not in listed):
        return Check(name=FILES, verdict=ProofVerdict.PROVED, detail=f"{len(listed)} files as they were proved")
    found = [*(f"{name} was changed" for name in changed), *(f"{name} is missing" for name in missing)]
    found += [f"{extra} files more than were proved"] if extra else []
    found += ["the sound or picture is none of them"] if told.media not in listed else []
    return Check(name=FILES, verdict=ProofVerdict.LEAK, detail="; ".join(found))


def _media(folder: Path, told: Manifest, terms: Sequence[PlannedTerm]) -> Iterator[Check]:
    kind = kind_of(Path(told.media).suffix)
    silent = silent_everywhere(told.spans, told.tracks, end_s=told.length_s)
    yield from media_checks(
        folder / told.media,
        kind=kind,
        sounds=1,
        picture=kind.picture,
        silent=silent,
        lengths_s=[told.length_s],
        terms=terms,
        tone=told.fill == "tone",
    )
    if told.covers:
        yield from covers_hold(folder / told.media, told.covers)
    short = sum(end_s - start_s <= 2 * EDGE_S for start_s, end_s in silent)
    rest = len(told.windows) - len(silent)
    detail = f"{len(silent)} silent in the file, {short} of them too short to be measured; {rest} of single tracks"
    yield Check(name="windows", verdict=ProofVerdict.PROVED, detail=detail)


def _texts(folder: Path, terms: Sequence[PlannedTerm]) -> Iterator[Check]:
    """Captions and transcript must say what the turns say, and no more."""
    try:
        turns = turns_of(folder)
        agree = (folder / names.CAPTIONS).read_text("utf-8") == texts.captions_vtt(turns)
        agree = agree and (folder / names.TRANSCRIPT).read_text("utf-8") == texts.transcript_txt(turns)
        subrip = folder / names.CAPTIONS_SRT
        agree = agree and (not subrip.is_file() or subrip.read_text("utf-8") == texts.captions_srt(turns))
    except (OSError, ValueError, TypeError) as error:
        raise InputRefused("a text of the rendition cannot be read", action="get the rendition again") from error
    verdict = ProofVerdict.PROVED if agree else ProofVerdict.LEAK
    yield Check(name=TEXTS, verdict=verdict, detail=f"{len(turns)} turns")
    if terms:
        yield texts_free_of([folder / name for name in _TEXTS if (folder / name).is_file()], terms)
