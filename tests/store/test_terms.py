"""The term lists: two levels, expiry, patterns, and what is said of them without a word of theirs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.lexicon import surface_forms
from pipeline.records import Participant, Purpose, Role, Session
from pipeline.store import Workspace, outlines, terms

TODAY = date(2026, 11, 22)
SECRET = "Falcon"


def session(*people: tuple[str | None, Role]) -> Session:
    return Session(
        session_id="s1",
        source_digest="0",
        platform="plain",
        title="",
        started_at=datetime(2026, 11, 20, tzinfo=UTC),
        host="Lumen Labs",
        recorder_location=None,
        notice_asserted=True,
        purposes=(Purpose.TRANSCRIBE,),
        duration_s=60.0,
        participants=tuple(
            Participant(participant_id=f"p{number}", name=f"Person {number}", company=company, role=role)
            for number, (company, role) in enumerate(people, 1)
        ),
        tracks=(),
    )


HALCYON = session(("Halcyon Freight, Inc.", Role.CUSTOMER), ("Lumen Labs", Role.STAFF))
OTHER = session(("Ridge Airlines", Role.CUSTOMER), ("Lumen Labs", Role.STAFF))
UNKNOWN = session((None, Role.UNKNOWN), ("Lumen Labs", Role.STAFF))


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms.toml").write_text(
        'allow = ["Lumen", {text = "Old", expires = 2026-11-01}]\n'
        '[[terms]]\ntext = "Everywhere"\nexpires = 2026-11-22\n'
        f'[[terms]]\ntext = "{SECRET}"\nexpires = 2026-11-21\n'
    )
    (tmp_path / "terms" / "halcyon.toml").write_text(
        'customer = ["halcyon freight", "HF"]\nallow = ["Atlas"]\n'
        '[[terms]]\ntext = "Bluefin"\nkind = "product"\naliases = ["BF"]\nowner = "sales"\n'
        "[[patterns]]\npattern = 'HF-[0-9]{4}'\n"
    )
    return tmp_path


def applying(root: Path, to: Session) -> tuple[set[str], set[str], set[str]]:
    context = terms.known_to(to, terms.read(root), on=TODAY)
    return {term.text for term in context.terms}, {pattern.text for pattern in context.patterns}, set(context.allow)


def test_a_customers_list_applies_where_they_take_part(lists: Path) -> None:
    assert applying(lists, HALCYON) == ({"Everywhere", "Bluefin"}, {"HF-[0-9]{4}"}, {"Lumen", "Atlas", "Lumen Labs"})
    assert applying(lists, OTHER) == ({"Everywhere"}, set(), {"Lumen", "Lumen Labs"})


@pytest.mark.parametrize("written", ["Lumen Labs", "lumenlabs", "LumenLabs", "lumen labs", "Lumen-Labs"])
def test_the_hosts_own_company_is_no_term_however_it_is_spaced(lists: Path, written: str) -> None:
    hosted = session((written, Role.STAFF), ("Halcyon Freight", Role.CUSTOMER))
    context = terms.known_to(hosted, terms.read(lists), on=TODAY)
    assert context.companies == ("Halcyon Freight",)
    assert {
        term.text for term in outlines.terms_of(outlines.outline_of(hosted, "").names) if term.kind == "company"
    } == {"Halcyon Freight"}
    assert not any("lumen" in form.key for form in surface_forms(context))


@pytest.mark.parametrize("written", ["Lumen", "Lumen Labs Group", "Lumen Labs Health", "Lumens Labs"])
def test_a_customer_whose_name_is_like_the_hosts_stays_one(lists: Path, written: str) -> None:
    hosted = session((written, Role.CUSTOMER))
    assert terms.known_to(hosted, terms.read(lists), on=TODAY).companies == (written,)


def test_a_guest_of_nobody_knows_where_may_be_any_customer_and_frees_nothing(lists: Path) -> None:
    assert applying(lists, UNKNOWN) == ({"Everywhere", "Bluefin"}, {"HF-[0-9]{4}"}, {"Lumen", "Lumen Labs"})
    assert applying(lists, session((None, Role.STAFF)))[0] == {"Everywhere"}


def test_what_lapsed_and_what_will_is_said_by_its_place(lists: Path) -> None:
    read = terms.read(lists)
    said = read.warnings(TODAY)
    assert said == (
        "terms.toml, entry 2 of terms lapsed after 2026-11-21: renew or remove it",
        "terms.toml, entry 2 of allow lapsed after 2026-11-01: renew or remove it",
        "terms.toml, entry 1 of terms applies until 2026-11-22: renew or remove it",
    )
    assert read.warnings(date(2026, 11, 14))[-1].startswith("terms.toml, entry 2 of terms applies until")
    assert not any("entry 2 of terms" in warning for warning in read.warnings(date(2026, 11, 13)))


def test_the_mark_changes_with_every_entry_and_with_the_day_one_lapses(lists: Path) -> None:
    read = terms.read(lists)
    assert read.mark(TODAY) == terms.read(lists).mark(TODAY)
    assert read.mark(TODAY) != read.mark(date(2026, 11, 23))
    assert read.mark(date(2026, 11, 23)) == read.mark(date(2026, 11, 24))
    path = lists / "terms" / "halcyon.toml"
    path.write_text(path.read_text().replace('"BF"', '"BFN"'))
    assert terms.read(lists).mark(TODAY) != read.mark(TODAY)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        (f"[[terms]]\ntext = 'fine'\n[[terms]]\ntext = '{SECRET}'\nexpires = 'soon'\n", "terms[2].expires"),
        (
            f"[[patterns]]\npattern = 'fine'\n[[patterns]]\npattern = '({SECRET}'\n",
            "entry 2 of patterns is not a valid",
        ),
        (f"[[patterns]]\npattern = '({SECRET})?'\n", "entry 1 of patterns fits even an empty text"),
        (f"[[terms]]\ntext = ' {SECRET}\n", "not valid TOML"),
    ],
)
@pytest.mark.parametrize("place", ["terms.toml", "terms/secret-customer.toml"])
def test_a_broken_list_is_named_by_its_place_alone(tmp_path: Path, written: str, named: str, place: str) -> None:
    (tmp_path / "terms").mkdir()
    (tmp_path / place).write_text(f"customer = 'Halcyon'\n{written}")
    with pytest.raises(ConfigurationError) as caught:
        terms.read(tmp_path)
    assert named in str(caught.value)
    assert int(caught.value.code) == 4
    assert not {SECRET, "secret-customer", "Halcyon"} & set(str(caught.value).replace("(", " ").split())
    assert ("terms.toml" if place == "terms.toml" else "list 1 in terms/") in str(caught.value)


def test_a_list_in_the_folder_needs_a_customer(lists: Path) -> None:
    (lists / "terms" / "any.toml").write_text("allow = []\n")
    with pytest.raises(ConfigurationError, match="list 1 in terms/ names no customer"):
        terms.read(lists)


def test_a_list_that_others_may_read_is_complained_about(tmp_path: Path) -> None:
    from pipeline.reports.doctor import examine

    workspace = Workspace.create(tmp_path / "ws")
    assert terms.exposed(workspace.root) == 0
    assert workspace.list_warnings(TODAY) == ()
    (workspace.root / "terms" / "one.toml").write_text("customer = 'x'\n")
    (workspace.root / "terms" / "one.toml").chmod(0o644)
    assert "1 term lists may be read by others" in workspace.list_warnings(TODAY)[0]
    found = next(one for one in examine(workspace) if one.what == "term lists")
    assert (found.ok, found.found) == (False, "2 lists")


def test_the_template_of_a_new_workspace_is_a_list_also_when_its_examples_are_used(tmp_path: Path) -> None:
    written = terms.TEMPLATE.decode()
    first = written.index("# [[")
    used = written[:first] + written[first:].replace("# ", "", 1).replace("\n# ", "\n")
    for content in (written, used):
        (tmp_path / "terms.toml").write_text(content)
        found = terms.read(tmp_path)
    assert {entry.text for entry in found.entries()} == {"Project Falcon", "acme-[0-9]{4,9}"}
