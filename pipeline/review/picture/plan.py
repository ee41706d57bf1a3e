"""Decides whether a rendition has a picture, and what of it is covered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from pipeline.records import (
    Audience,
    GalleryTiles,
    Outcome,
    PicturePlace,
    PicturePlan,
    Proposal,
    RedactionBox,
    Ruling,
    Session,
)
from pipeline.review.picture import decisions
from pipeline.review.picture.tiles import gallery_view


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReview:
    """What people did about a picture; ``may_be_kept`` is False where it had to be read and was not."""

    may_be_kept: bool = False
    covers: tuple[RedactionBox, ...] = ()
    approved_by: str | None = None
    gallery: GalleryTiles | None = None
    """The tiles of a gallery view, where the settings ask for them and only some people may be seen."""


NO_PICTURE = PictureReview()


def picture_review(
    db: Engine,
    session: Session,
    proposals: Sequence[Proposal],
    *,
    may_be_kept: bool,
    gallery: GalleryTiles | None = None,
) -> PictureReview:
    """The acts of people about a session's picture that hold now."""
    if session.video is None or not may_be_kept:
        return NO_PICTURE
    return PictureReview(
        may_be_kept=True,
        covers=tuple(decisions.covers(db, session.session_id).values()),
        approved_by=decisions.approved_by(db, session, proposals),
        gallery=gallery,
    )


def may_be_shown(session: Session, ruling: Ruling, audience: Audience) -> bool:
    """Whether consent lets a session's picture be seen: nobody is taken out of any part, for all may be seen in it."""
    purpose = audience.purpose
    return (
        session.video is not None
        and not ruling.closed_spans(purpose)
        and all(
            outcome is Outcome.PROCEED
            for participant in session.participants
            for _, outcome in ruling.spans(purpose, participant.participant_id)
        )
    )


def picture_plan(
    session: Session,
    ruling: Ruling,
    audience: Audience,
    applied: Iterable[Proposal],
    reviewed: PictureReview,
) -> PicturePlan | None:
    """The picture under the covers of people and of proposals nobody rejected; public only what a person approved.

    Where only some people may be seen, an internal one keeps their tiles of a gallery view and nothing else.
    """
    if not reviewed.may_be_kept:
        return None
    view = None
    if not may_be_shown(session, ruling, audience):
        view = gallery_view(session, ruling, audience, reviewed.gallery) if reviewed.gallery else None
        if view is None:
            return None
    if audience is Audience.PUBLIC and reviewed.approved_by is None:
        return None
    wanted = [*covers_of(applied), *reviewed.covers]
    return PicturePlan(
        covers=tuple(replace(cover, end_s=min(cover.end_s, session.duration_s)) for cover in wanted),
        reviewed_by=reviewed.approved_by,
        tiles=view.tiles if view else None,
        closed=view.covers if view else (),
    )


def covers_of(applied: Iterable[Proposal]) -> Iterator[RedactionBox]:
    """The covers that proposals about the picture ask for."""
    for proposal in applied:
        for finding in proposal.findings:
            place = finding.place
            if isinstance(place, PicturePlace):
                yield RedactionBox(
                    start_s=place.start_s,
                    end_s=place.end_s,
                    region=place.region,
                    reason=finding.rule,
                    proposal_ids=(proposal.proposal_id,),
                )
