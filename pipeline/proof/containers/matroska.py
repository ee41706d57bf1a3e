"""Every byte of a Matroska or WebM file: elements that our own writing leaves, and blocks of tracks that are played.

After RFC 8794 (EBML) and RFC 9559 (Matroska).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.media import Probe
from pipeline.proof.containers import matroska_elements as names
from pipeline.proof.containers.ebml import Element, elements, number_of
from pipeline.proof.containers.matroska_elements import INSIDE, RULES, SEVERAL, is_bare_private
from pipeline.proof.containers.source import FileBytes, Malformed, Unaccounted

# Of a block's flags: laced frames, and bits that mean nothing.
_LACED_OR_RESERVED = 0x76
# More of these than a file of 32 streams needs could spell something. A block has a group around it where the last
# packet of a sound is not heard to its end.
_MOST = {names.SEEK: 16, names.TRACK: 32, names.GROUP: 32, names.TAG: 64, names.SIMPLE_TAG: 128}
_LONGEST_CUE, _BLOCK_START = 128, 16


@dataclass(slots=True)
class _Movie:
    """What the walk collects: what describes the tracks, where clusters lie, and what must point to something."""

    content: int = 0
    counts: Counter[bytes] = field(default_factory=Counter)
    codec: bytes = b""
    seeking: bytes = b""
    numbers: set[int] = field(default_factory=set)
    ids: set[int] = field(default_factory=set)
    places: dict[bytes, set[int]] = field(default_factory=dict)
    clusters: dict[int, Element] = field(default_factory=dict)
    seeks: list[tuple[Element, bytes, int]] = field(default_factory=list)
    cues: list[Element] = field(default_factory=list)


def unaccounted(file: FileBytes, probe: Probe) -> Iterator[Unaccounted]:
    """What of a Matroska file is none of what it needs."""
    movie = _Movie()
    yield from _children(file, Element(b"", 0, 0, file.size), movie)
    if movie.counts[names.TRACK] != len(probe.streams):
        raise Malformed
    for element, name, position in movie.seeks:
        if position not in movie.places.get(name, set()):
            yield Unaccounted("an index that points to nothing", element.start, element.end)
    for cue in movie.cues:
        if not _points_to_a_block(file, cue, movie):
            yield Unaccounted("an index that points to nothing", cue.start, cue.end)


def _children(file: FileBytes, parent: Element, movie: _Movie) -> Iterator[Unaccounted]:
    at, seen = parent.body, set[bytes]()
    for element in elements(file, parent.body, parent.end):
        at, name = element.end, element.name
        if name == names.VOID:
            if not file.is_zero(element.body, element.end):
                yield Unaccounted("an empty element that is not empty", element.start, element.end)
        elif name not in INSIDE.get(parent.name, ()) or (name in seen and name not in SEVERAL):
            yield Unaccounted("an element beside sound and picture", element.start, element.end)
        elif name in INSIDE:
            _note(element, movie)
            if movie.counts[name] > _MOST.get(name, file.size):
                yield Unaccounted("more elements of a kind than a file needs", element.start, element.end)
            yield from _children(file, element, movie)
        elif not _is_known(file, element, movie):
            yield Unaccounted("an element with more than it needs", element.start, element.end)
        seen.add(name)
    if parent.name == names.CLUSTER and names.SIMPLE_BLOCK not in seen and names.GROUP not in seen:
        yield Unaccounted("a cluster of nothing", parent.start, parent.end)
    yield Unaccounted("what follows the elements in an element", at, parent.end)


def _note(element: Element, movie: _Movie) -> None:
    """Remember where the elements lie that an index may point to, counted from the content of the segment."""
    if element.name == names.SEGMENT:
        movie.content = element.body
    elif element.name == names.CLUSTER:
        movie.clusters[element.start - movie.content] = element
    movie.places.setdefault(element.name, set()).add(element.start - movie.content)
    movie.counts[element.name] += 1


def _is_known(file: FileBytes, element: Element, movie: _Movie) -> bool:
    """Whether an element without others in it holds what it may."""
    if element.name in (names.SIMPLE_BLOCK, names.BLOCK):
        block = _block(file, element.body)
        return block is not None and block[0] in movie.numbers
    if element.name == names.CUE:
        movie.cues.append(element)
        return element.end - element.start < _LONGEST_CUE
    content = file.read(element.body, element.end - element.body)
    value = int.from_bytes(content[:8])
    if element.name == names.CODEC_PRIVATE:
        return is_bare_private(movie.codec, content)
    if element.name == names.CODEC:
        movie.codec = content
    elif element.name == names.TRACK_NUMBER:
        movie.numbers.add(value)
    elif element.name == names.TRACK_ID:
        movie.ids.add(value)
    elif element.name == names.TAG_TRACK and value not in movie.ids:
        return False
    elif element.name == names.SEEK_ID:
        movie.seeking = content
    elif element.name == names.SEEK_POSITION:
        movie.seeks.append((element, movie.seeking, value))
    rule = RULES.get(element.name)
    return rule is not None and rule.fullmatch(content) is not None


def _block(file: FileBytes, at: int) -> tuple[int, int] | None:
    """Track and time, counted from its cluster, of the block whose content begins here; None where it holds more."""
    head = file.read(at, min(_BLOCK_START, file.size - at))
    number, size = number_of(head)
    if not size or len(head) < size + 3 or head[size + 2] & _LACED_OR_RESERVED:
        return None
    return number, int.from_bytes(head[size : size + 2], signed=True)


def _points_to_a_block(file: FileBytes, cue: Element, movie: _Movie) -> bool:
    """Whether all that an entry of the index says is so: there is a block of that track at that time and place."""
    parts = list(elements(file, cue.body, cue.end))
    if not parts or parts[0].name != names.CUE_TIME or parts[-1].end != cue.end:
        return False
    time, places = _value(file, parts[0]), parts[1:]
    return bool(places) and all(
        place.name == names.CUE_PLACE and _is_place_of(file, place, time, movie) for place in places
    )


def _is_place_of(file: FileBytes, place: Element, time: int, movie: _Movie) -> bool:
    parts = list(elements(file, place.body, place.end))
    if [part.name for part in parts] != [names.CUE_TRACK, names.CUE_CLUSTER, names.CUE_OFFSET]:
        return False
    track, position, offset = (_value(file, part) for part in parts)
    cluster = movie.clusters.get(position)
    if cluster is None or parts[-1].end != place.end or offset >= cluster.end - cluster.body:
        return False
    start = next((part for part in elements(file, cluster.body, cluster.end) if part.name != names.CRC), None)
    if start is None or start.name != names.CLUSTER_TIME:
        return False
    return _block_at(file, cluster, offset) == (track, time - _value(file, start))


def _block_at(file: FileBytes, cluster: Element, offset: int) -> tuple[int, int] | None:
    """Track and time of the block that begins so many bytes behind the head of a cluster."""
    element = next(elements(file, cluster.body + offset, cluster.end), None)
    if element is not None and element.name == names.GROUP:
        element = next(elements(file, element.body, element.end), None)
    if element is None or element.name not in (names.SIMPLE_BLOCK, names.BLOCK):
        return None
    return _block(file, element.body)


def _value(file: FileBytes, element: Element) -> int:
    return int.from_bytes(file.read(element.body, min(8, element.end - element.body)))
