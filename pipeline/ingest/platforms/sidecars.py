"""What lies beside a platform's recording: its lists of who was there, and its captions, each known by its content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.errors import InputRefused
from pipeline.ingest import session_texts
from pipeline.ingest.attendance import merge, poll, reader
from pipeline.ingest.attendance.model import AttendanceReport
from pipeline.ingest.captions import metadata_content
from pipeline.ingest.captions.speakers import named_in
from pipeline.ingest.documents import is_document
from pipeline.ingest.draft import Person, SessionDraft, own_files
from pipeline.ingest.encodings import squashed
from pipeline.ingest.listing import Listing
from pipeline.ingest.media_kinds import is_media
from pipeline.ingest.participants import Speakers, merged
from pipeline.ingest.session_toml import FILE_NAME, SessionToml

_OF_A_LIST = (".csv", ".tsv", ".json")


@dataclass(frozen=True, slots=True)
class ParticipantLists:
    """The lists of participants of a recording as one, and the files that they are from."""

    report: AttendanceReport
    files: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether the platform lists who was there, and when: where a policy hides times, it may hide people too."""
        return bool(self.report.rows) and all(row.joined for row in self.report.rows)


def lists(listing: Listing, facts: SessionToml) -> ParticipantLists:
    """The lists that session.toml names, else every list that lies there, of one meeting.

    Raises ``InputRefused`` where one cannot be read with certainty, or they are of different meetings.
    """
    if facts.roster:
        return ParticipantLists(reader.named_reports(listing, facts.roster), tuple(facts.roster))
    read = {name: _list(listing, name) for name in others(listing, facts)}
    parsed = {name: report for name, report in read.items() if report is not None and report.rows}
    return ParticipantLists(reader.merged(list(parsed.values())), tuple(parsed))


def others(listing: Listing, facts: SessionToml) -> Iterator[str]:
    """The files that are neither media nor named by session.toml as something else."""
    named = {FILE_NAME, facts.captions, facts.chat}
    return (name for name in listing.names if not is_media(name) and name not in named)


def polls(listing: Listing, facts: SessionToml) -> Mapping[str, tuple[str, ...]]:
    """Who answered in each table of polls, by its file."""
    answered = {name: _respondents(listing, name) for name in others(listing, facts)}
    return {name: names for name, names in answered.items() if names is not None}


def chats(listing: Listing, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the files that read as a chat."""
    return tuple(name for name in names if _is_chat(listing, name))


def unnamed_chats(listing: Listing, facts: SessionToml) -> tuple[str, ...]:
    """The chats that session.toml does not name: by their own names, or as messages of an API.

    Whoever wrote there took part. Notes and captions may read as a chat too, and are none.
    """
    names = [name for name in others(listing, facts) if name not in facts.roster]
    likely = (name for name in names if session_texts.is_named_as_chat(name) or name.lower().endswith(".json"))
    return chats(listing, likely)


def with_people(
    draft: SessionDraft,
    listing: Listing,
    lists: ParticipantLists,
    polls: Mapping[str, tuple[str, ...]],
    *,
    recording: str,
    title: str,
    attendees: Iterable[str] = (),
) -> SessionDraft:
    """A draft of one recording with everybody whom the files beside it list.

    ``attendees`` are names alone, without times: who is in no list of those is added.
    """
    listed = merge.people(lists.report.rows, reader.clock_of(draft))
    known = Speakers(listed)
    unlisted = (Person(name=name, joined_late=True) for name in dict.fromkeys(attendees) if not known.knows(name))
    people = merged((*listed, *unlisted), draft.facts.participants, listing.names)
    owned = own_files(people)
    return replace(
        draft,
        people=people,
        mixed=tuple(name for name in (recording,) if name not in owned),
        title=lists.report.topic or title,
        platform_list=lists.is_complete,
        unread_times=lists.report.unread_times,
        named=tuple(name for names in polls.values() for name in names),
        texts=(*draft.texts, *((name, "roster") for name in lists.files), *((name, "poll") for name in polls)),
    )


def _is_chat(listing: Listing, name: str) -> bool:
    try:
        return bool(session_texts.chat_of(listing, name).messages)
    except InputRefused:
        return False


def _respondents(listing: Listing, name: str) -> tuple[str, ...] | None:
    if not name.lower().endswith((".csv", ".tsv")):
        return None
    return poll.respondents(listing.text(name, "a table"))


def captions(listing: Listing, names: Iterable[str], title: str) -> tuple[str, ...]:
    """Those of the files that read as captions, those of the recording's title and with speakers' names first."""
    ranked = [(rank, name) for name in names if (rank := _rank(listing, name, title)) is not None]
    return tuple(name for _, name in sorted(ranked))


def _list(listing: Listing, name: str) -> AttendanceReport | None:
    """The list that a file is; a text that only looks like one is none, and a table that does is refused."""
    if name.lower().endswith(_OF_A_LIST):
        return reader.report_in(listing, name) if _respondents(listing, name) is None else None
    try:
        return reader.report_in(listing, name) if name.lower().endswith(".txt") else None
    except InputRefused:
        return None


def _rank(listing: Listing, name: str, title: str) -> tuple[bool, bool, bool, bool] | None:
    """How good a file's captions are, the smallest best: of this title, with names, with exact times, no document."""
    try:
        text = listing.text(name, "captions")
        cues = session_texts.captions_of(listing, name).captions
    except InputRefused:
        return None
    if not cues:
        return None
    is_titled = squashed(name.rpartition("/")[2].rpartition(".")[0]).startswith(squashed(title))
    return not is_titled, not named_in(cues), metadata_content.SIGN not in text, is_document(name)
