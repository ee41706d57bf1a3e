"""The answers to the consent form and to the withdrawal form, as Google Forms would export them."""

import csv
from datetime import datetime
from pathlib import Path

from people import Person

QUESTIONS = (
    "May we record the session and make a transcript?",
    "May we use the redacted recording and notes inside the company to improve the product?",
    "May we share redacted clips with other internal teams?",
    "May we publish the redacted recording?",
)
TIMESTAMP = "%m/%d/%Y %H:%M:%S"


def write_forms(people: dict[str, Person], folder: Path) -> None:
    """Writes consent.csv and withdrawals.csv, one row a submission in the order they came."""
    answered = sorted((person.answered_at, person) for person in people.values() if person.answered_at)
    consent = [
        [
            _stamp(at),
            person.email,
            person.name,
            person.company,
            person.discord_id,
            *(answer.capitalize() for answer in person.consent),
        ]
        for at, person in answered
    ]
    _write(
        folder / "consent.csv",
        ["Timestamp", "Email Address", "Your name", "Company", "Discord ID", *QUESTIONS],
        consent,
    )
    withdrawn = [
        [_stamp(person.withdrawn_at), person.email, "Everything I agreed to"]
        for person in people.values()
        if person.withdrawn_at
    ]
    _write(folder / "withdrawals.csv", ["Timestamp", "Email Address", "What do you withdraw?"], withdrawn)


def _stamp(at: datetime) -> str:
    return at.strftime(TIMESTAMP)


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
