"""The lines that begin a message in Zoom's chat text: when, from whom, to whom, in the languages that Zoom has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pipeline.ingest.encodings import folded

_DATE = r"(?:(?P<first>\d{1,4})[-/.](?P<month>\d{1,2})[-/.](?P<last>\d{1,4})[T,]?\s{1,4})?"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?:\s?(?P<half>[AaPp])\.?\s?[Mm]\.?)?"
_STAMP = re.compile(rf"{_DATE}{_CLOCK}(?P<rest>\s.*)?")
_CLOUD = re.compile(r"\t(?P<sender>[^\t]{1,300}?):\t(?P<text>.*)")

# Each pair as it stands before the sender and between sender and recipient; sources: Zoom's chat files as people
# publish them, and its own translations of "From" and "to".
_WORDS = (
    ("from", "to"),
    ("von", "an"),
    ("de", "à"),
    ("de", "a"),
    ("de", "para"),
    ("desde", "a"),
    ("da", "a"),
    ("van", "naar"),
    ("van", "aan"),
    ("od", "do"),
    ("od", "komu"),
    ("от", "кому"),
    ("от", "для"),
    ("от", "к"),
    ("від", "до"),
    ("från", "till"),
    ("fra", "til"),
    ("từ", "đến"),
    ("từ", "tới"),
    ("dari", "ke"),
    ("dari", "kepada"),
    ("gönderen", "alıcı"),
    ("开始", "收件人"),
    ("从", "到"),
    ("从", "至"),
    ("来自", "到"),
    ("自", "至"),
    ("發件人", "收件人"),
    ("发件人", "收件人"),
    ("從", "到"),
    ("從", "至"),
    ("開始", "宛先"),
    ("開始", "終了"),
    ("開始", "に"),
    ("送信者", "宛先"),
    ("から", "に"),
    ("보낸 사람", "받는 사람"),
    ("발신자", "수신자"),
)
_EVERYONE = frozenset(
    {
        *("everyone", "everyone in meeting", "everyone (in meeting)", "all", "alle", "alle im meeting"),
        *("tout le monde", "tous", "tout le monde dans la réunion", "todos", "todos en la reunión", "todos na reunião"),
        *(
            "todo el mundo",
            "todas as pessoas",
            "tutti",
            "iedereen",
            "wszyscy",
            "все",
            "всем",
            "усі",
            "alla",
            "alle i mødet",
        ),
        *(
            "mọi người",
            "semua orang",
            "semua",
            "herkes",
            "所有人",
            "每个人",
            "大家",
            "每個人",
            "全員",
            "皆様",
            "皆さん",
            "みんな",
        ),
        *("모두", "전체", "모든 사람"),
    }
)
_FROM = sorted({words[0] for words in _WORDS}, key=len, reverse=True)
_BEGUN = re.compile(rf"\s*(?P<word>{'|'.join(map(re.escape, _FROM))})(?:\s+|(?<=[^\x00-ɏ])\s*)(?P<rest>\S.*)", re.I)
_OLD = re.compile(r"(?P<sender>.{1,300}?)\s+:(?:\s(?P<text>.*)|)")
_HALF_DAY, _YEAR_DIGITS = 12, 4


@dataclass(frozen=True, slots=True)
class ChatHeader:
    """Where a message begins: its time of day, with the date where the line has it; ``cloud`` is the session's clock.

    ``sender`` is None where the line looks like a header and is not understood: whose it is, nobody knows then.
    """

    at_s: float
    day: date | None
    sender: str | None
    text: str
    direct: bool = False
    cloud: bool = False


def header_of(line: str) -> ChatHeader | None:
    """The header that a line is or begins with; None for a line of text."""
    stamp = _STAMP.fullmatch(line.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))
    if stamp is None or not stamp["rest"]:
        return None
    at_s, day = _seconds(stamp), _day(stamp)
    if cloud := _CLOUD.fullmatch(stamp["rest"]):
        return ChatHeader(at_s, day, cloud["sender"].strip(), cloud["text"], cloud=day is None)
    begun = _BEGUN.fullmatch(stamp["rest"])
    named = _named(at_s, day, begun["word"].casefold(), begun["rest"]) if begun else None
    if named is None and stamp["second"] is None and stamp["first"] is None:
        return None  # "10:30 would suit me" is what somebody writes
    return named or ChatHeader(at_s, day, None, stamp["rest"].strip())


def _named(at_s: float, day: date | None, word: str, rest: str) -> ChatHeader | None:
    """A header with its sender, and its recipient where it names one before the colon of the old form."""
    old = _OLD.fullmatch(rest)
    border = old.end("sender") if old else len(rest)
    begun_at = [
        (match.start(), match.end())
        for between in (to for before, to in _WORDS if before == word)
        for match in re.finditer(rf"(?<=\S)\s+{re.escape(between)}\s+(?=\S)", rest[:border] + " ", re.IGNORECASE)
    ]
    # Behind its colon a private message may say "tell it to Everyone: ..."; only a name with a colon is read beyond it.
    in_header = [place for place in begun_at if place[0] < rest.find(":")] or begun_at
    addressed = [
        ChatHeader(at_s, day, rest[:start].strip(), text.strip(), _is_direct(recipient))
        for start, end in in_header
        for recipient, colon, text in (rest[end:].partition(":"),)
        if colon
    ]
    if addressed:  # a name may hold the word itself: "Ana to Go to Everyone"
        return next((header for header in addressed if not header.direct), addressed[0])
    if old is not None:
        return ChatHeader(at_s, day, old["sender"].strip(), old["text"] or "")
    return None


def _is_direct(recipient: str) -> bool:
    return folded(recipient) not in _EVERYONE


def _seconds(stamp: re.Match[str]) -> float:
    hour = int(stamp["hour"])
    if stamp["half"] and 1 <= hour <= _HALF_DAY:
        hour = hour % _HALF_DAY + (_HALF_DAY if stamp["half"] in "Pp" else 0)
    return hour * 3600.0 + int(stamp["minute"]) * 60.0 + int(stamp["second"] or 0)


def _day(stamp: re.Match[str]) -> date | None:
    """The date of a header where it is certain: with the year first, or with points, which are written day first."""
    first, last = stamp["first"] or "", stamp["last"] or ""
    points = stamp[0].startswith(f"{first}.{stamp['month']}.")
    try:
        if len(first) == _YEAR_DIGITS:
            return date(int(first), int(stamp["month"]), int(last))
        return date(int(last), int(stamp["month"]), int(first)) if points and len(last) == _YEAR_DIGITS else None
    except ValueError:
        return None
