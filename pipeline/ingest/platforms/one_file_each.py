"""Reads a folder with one file a person, as Riverside, Zencastr and podcast recorders leave it: people by file names.

A file's name is nobody's list: the people are unlisted ones who spoke, so that the session holds until a session.toml
says who they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipeline.ingest.draft import Person, SessionDraft
from pipeline.ingest.encodings import squashed
from pipeline.ingest.listing import Listing
from pipeline.ingest.platforms import loose
from pipeline.ingest.session_toml import SessionToml
from pipeline.ingest.speaker_files import other_files, owners_by_name
from pipeline.records import Provenance


def read(listing: Listing, facts: SessionToml) -> SessionDraft:
    """The draft of such a folder, its start by the best hint there is; raises ``InputRefused``."""
    draft = loose.read(listing, facts)
    owners = owners_by_name(listing.names)
    return replace(
        draft,
        people=owning(draft.people, owners),
        mixed=other_files(listing.names, owners),
        starts_together=False,
    )


def owning(people: tuple[Person, ...], owners: Mapping[str, str]) -> tuple[Person, ...]:
    """The people, each with their own file, and somebody more for each file of a name that none of them bears."""
    joined = list(people)
    for name, label in owners.items():
        places = [place for place, person in enumerate(joined) if squashed(person.name) == squashed(label)]
        if len(places) == 1 and joined[places[0]].track is None:
            # The list names them, but only a file's name says that nobody else is in it.
            joined[places[0]] = replace(joined[places[0]], track=name, provenance=Provenance.UNLISTED)
        else:
            joined.append(Person(name=label, provenance=Provenance.UNLISTED, joined_late=True, track=name))
    return tuple(joined)
