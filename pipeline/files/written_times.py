"""Times as platforms and spreadsheets write them for people, brought to one form: ``2026-11-18 3:05:00 PM``.

Month names, the marks of the two halves of the day and the signs of date and time of the languages that office hours
are held in become digits, AM and PM. What a text leaves open stays open: ``11/12/2026`` is not changed.
"""

from __future__ import annotations

import re
import unicodedata

# January to December as written out and as abbreviated: CLDR's names, without accents and points.
_MONTHS = (
    "january jan januar janner janvier janv enero ene janeiro gennaio gen januari stycznia sty",
    "february feb februar fevrier fevr fev febrero fevereiro febbraio februari lutego lut",
    "march mar marz mrz mars marzo marco maart mrt marca",
    "april apr avril avr abril abr aprile kwietnia kwi",
    "may mai mayo maio maggio mag mei maja maj",
    "june jun juni juin junio junho giugno giu czerwca cze",
    "july jul juli juillet juil julio julho luglio lug lipca lip",
    "august aug aout agosto ago augustus sierpnia sie",
    "september sep sept septembre septiembre setiembre setembro set settembre wrzesnia wrz",
    "october oct oktober okt octobre octubre outubro out ottobre ott pazdziernika paz",
    "november nov novembre noviembre novembro listopada lis",
    "december dec dezember dez decembre diciembre dic dezembro dicembre grudnia gru",
)
_NUMBERS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_WORD = r"(?P<name>[^\W\d_]{3,12})\.?"
_DAY = r"(?P<day>\d{1,2})(?:\.|st|nd|rd|th|er|º)?"
_YEAR = r"(?P<year>\d{4})"
_NAMED = (
    re.compile(rf"{_WORD}\s+{_DAY},?\s+{_YEAR}(?!\d)"),
    re.compile(rf"(?<!\d){_DAY}\s+(?:de\s+)?{_WORD},?\s+(?:de[l]?\s+)?{_YEAR}(?!\d)"),
    re.compile(rf"(?<!\d){_DAY}-{_WORD}-(?P<year>\d{{4}}|\d{{2}})(?!\d)"),
    re.compile(rf"{_YEAR}[-\s]{_WORD}[-\s]{_DAY}(?!\d)"),
)
_SIGNS = re.compile(
    r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号]?|(\d{4})\.\s(\d{1,2})\.\s(\d{1,2})\.?"
)
_HALF = re.compile(r"(?<![^\W\d_])([ap])\.?\s?m\b\.?", re.IGNORECASE)
_BEFORE = re.compile(r"(上午|下午|午前|午後|오전|오후)\s?(\d{1,2}[:時点点시]\s?\d{2}(?:[:分분]\s?\d{2}秒?)?)")
_HALVES = {"上午": "AM", "午前": "AM", "오전": "AM", "下午": "PM", "午後": "PM", "오후": "PM"}
_WEEKDAY = re.compile(
    r"^[^\W\d_]{2,12}\.?,?\s+(?=\d)|\s?\([月火水木金土日一二三四五六]\)|\s?(?:星期|周|週)[一二三四五六日天]"
)
_JOINT = re.compile(r"(?<=\d),?\s+(?:at|um|a las|às|à|om|kl\.?|den|alle)\s+(?=\d)|(?<=\d)(?:\s?Uhr|\s?h)\b")
_HIDDEN = frozenset({"Cf", "Cc"})


def plain_time(text: str) -> str:
    """A written time with its month, half of the day and signs as above; a text that is none is only tidied."""
    plain = unicodedata.normalize("NFKC", text)
    plain = " ".join("".join(" " if unicodedata.category(char) in _HIDDEN else char for char in plain).split())
    plain = _BEFORE.sub(lambda match: f"{_clock(match[2])} {_HALVES[match[1]]}", plain)
    plain = _SIGNS.sub(lambda match: " ".join(("-".join(filter(None, match.groups())), "")), plain)
    plain = _HALF.sub(lambda match: f" {match[1].upper()}M", plain)
    for pattern in _NAMED:
        plain = pattern.sub(_dated, plain, count=1)
    return " ".join(_JOINT.sub(" ", _WEEKDAY.sub("", plain)).split())


def _dated(match: re.Match[str]) -> str:
    """The date with its month's number; as it was where the word names none."""
    decomposed = unicodedata.normalize("NFKD", match["name"].casefold())
    number = _NUMBERS.get("".join(char for char in decomposed if not unicodedata.combining(char)))
    if number is None:
        return match[0]
    year = match["year"] if len(match["year"]) > 2 else f"20{match['year']}"
    return f"{year}-{number:02}-{int(match['day']):02}"


def _clock(text: str) -> str:
    return ":".join(re.findall(r"\d+", text))
