"""Drafts of form mappings: what headers and answers seem to mean, what is left open, and what a person checks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.consent.answers.form_draft import FormChoices, FormDraft, draft_form
from pipeline.consent.answers.question_meaning import meaning_of, state_of
from pipeline.errors import InputRefused
from pipeline.records import Purpose
from pipeline.store import Workspace

CHOICES = FormChoices(notice_id="form", version="1", scope="series:office-hours", timezone="UTC")
GOOGLE = """Timestamp,Email Address,Your name,Role,Company,Country,May we record and transcribe the call?,\
May we publish the redacted recording?,How did you hear of us?
11/02/2026 08:30:12,ana@x.example,Ana Ruiz,Engineer,Northwind,Germany,Yes,"No, thanks",A friend
11/13/2026 08:30:12,bo@x.example,Bo Li,Manager,Acme,France,Yes,No,"Search, mostly"
"""


def draft(table: str, **changed: str) -> FormDraft:
    choices = FormChoices(**{name: getattr(CHOICES, name) for name in CHOICES.__slots__} | changed)
    return draft_form(table.encode(), choices)


@pytest.mark.parametrize(
    ("header", "answers", "meaning"),
    [
        ("May we record the session?", ["Yes", "No"], "purpose:record"),
        ("Do you consent to recording?", ["I agree"], "purpose:record"),
        ("Recording", ["Yes", "No", ""], "purpose:record"),
        ("Can we transcribe it?", [], "purpose:transcribe"),
        ("May we publish the recording?", ["Yes"], "purpose:public_recording"),
        ("May we share clips with other internal teams?", ["No"], "purpose:internal_share"),
        ("May we share it?", ["Yes"], "?"),
        ("May we quote you?", ["yes"], "purpose:public_quote"),
        ("Darf das Gespräch aufgezeichnet werden?", ["Ja", "Nein"], "purpose:record"),
        ("Pouvons-nous enregistrer la session ?", ["Oui"], "purpose:record"),
        ("May we train our models on it?", ["No"], "purpose:ml_training"),
        ("Is it ok if we use it in the newsletter?", ["Yes"], "?"),
        ("Live stream?", ["Yes", "No"], "?"),
        ("Have you used the product before?", ["Yes", "No"], "ignore"),
        ("How did you hear about us?", ["A friend"], "ignore"),
        ("T-shirt size", ["M", "L"], "ignore"),
        ("What would you like to discuss?", ["Recording quality is bad"], "ignore"),
        ("E-mail", ["ana@x.example"], "typed_email"),
        ("Your full name", ["Ana"], "name"),
        ("Company name", ["Acme"], "company"),
        ("Product name", ["Turbo"], "ignore"),
        ("Country", ["Germany"], "location"),
        ("Where are you?", ["Berlin"], "location"),
        ("Where are you joining us from today?", ["Berlin"], "location"),
        ("Where will you be calling from?", ["Texas"], "location"),
        ("Where do you work from?", ["Texas"], "location"),
        ("Where are you in your evaluation?", ["At the start"], "ignore"),
        ("Woher kommen Sie?", ["Köln"], "location"),
        ("Ihr Name", ["Ana"], "name"),
        ("Contact", ["ana@x.example", "", "bo@y.example"], "typed_email"),
        ("Do you object to being recorded?", ["Yes", "No"], "?"),
        ("Would you mind if we record?", ["Yes", "No"], "?"),
        ("Opt out of the recording", ["Yes", "No"], "?"),
        ("I do not want to be recorded", ["I do not want to be recorded"], "?"),
        ("Möchten Sie nicht aufgezeichnet werden?", ["Ja", "Nein"], "?"),
        ("Please tick", ["You may record me; Do not publish the recording"], "?"),
        ("May we record you?", ["Yes", "I do not agree"], "purpose:record"),
        ("Whom else should we invite?", ["bo@y.example"], "?"),
        ("Your manager", ["bo@y.example"], "?"),
        ("Who objects?", ["bo@y.example"], "?"),
        ("Do you agree that we send it to", ["bo@y.example"], "?"),
        ("E-mail of a colleague we should invite", ["bo@y.example"], "?"),
        ("Your e-mail address", ["bo@y.example"], "typed_email"),
        ("Where did you hear of us?", ["A friend"], "ignore"),
        ("Discord ID", ["123"], "platform:discord"),
        ("Mobile number", ["+49 170 1234567"], "phone"),
        ("Are you 16 or older?", ["Yes"], "of_age"),
        (
            "What may we do?",
            ["Improve the product;Share it with internal teams", ""],
            "ticks:internal_improve,internal_share",
        ),
        ("We may record this", ["We may record this", ""], "choice:record"),
    ],
)  # fmt: skip
def test_what_a_question_seems_to_ask_for(header: str, answers: list[str], meaning: str) -> None:
    assert meaning_of(header, answers) == meaning


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        *((answer, "given") for answer in ("Yes", "yes!", "Yes, you may", "I agree to be recorded", "Ja", "Sí", "✓")),
        *((answer, "refused") for answer in ("No", "No, thanks", "I do not agree", "I don’t consent", "Please don't")),
        *(
            (answer, None)
            for answer in ("Yes, but not my name", "Yes if anonymous", "Maybe", "Yes and no", "Yesterday")
        ),
        ("I withdraw", "withdrawn"),
    ],
)
def test_only_a_plain_answer_has_a_meaning(answer: str, state: str | None) -> None:
    assert state_of(answer) == state


def test_a_draft_of_a_google_form() -> None:
    mapping = tomllib.loads(draft(GOOGLE).text)
    assert mapping["tool"] == "google"
    assert mapping["date_format"] == "%m/%d/%Y %H:%M:%S"
    assert mapping["names_purposes"] == ["record", "transcribe", "public_recording"]
    assert mapping["columns"]["How did you hear of us?"] == "ignore"
    assert mapping["answers"] == {"Yes": "given", "No, thanks": "refused", "No": "refused"}
    assert mapping["options"] == {"email_verified": False, "platform_verified": False}


def test_it_says_where_nobody_becomes_certain_although_the_tool_made_sure() -> None:
    choices = FormChoices(notice_id="n", version="1", scope="series:s", text="t", timezone="UTC", email_verified=True)
    rows = "{},Name,May we record and transcribe?\n2026-11-12 09:00:00,ana@a.example,Ana,Yes\n"
    typed = draft_form(f"When,{rows.format('E-mail')}".encode(), choices)
    assert any("typed_email" in line for line in typed.to_check)
    own = draft_form(GOOGLE.encode(), choices)
    assert not any("typed_email" in line for line in own.to_check)


def test_what_is_ignored_is_to_be_checked() -> None:
    """A question in other words may ask for a place or a permission, which the draft does not see."""
    drafted = draft(GOOGLE)
    lines = list(tomllib.loads(drafted.text)["columns"].values())
    numbers = ", ".join(str(number) for number, meaning in enumerate(lines, start=1) if meaning == "ignore")
    assert any(
        re.match(rf"columns: lines? {numbers} of the mapping (is|are) ignored", line) for line in drafted.to_check
    )
    assert re.search(r'"ignore" +# not read: check', drafted.text)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_a_table_in_another_encoding_has_the_same_columns(encoding: str) -> None:
    table = (
        "Timestamp\tEmail\tIhr Name\tDürfen wir das Gespräch aufzeichnen?\n2026-11-02 08:30\tana@x.example\tAna\tJa\n"
    )
    mapping = tomllib.loads(draft_form(table.encode(encoding), CHOICES).text)
    assert list(mapping["columns"].values()) == ["typed_email", "name", "purpose:record"]


def test_a_row_of_answers_is_never_taken_for_the_questions() -> None:
    """A stray comma gave it more cells than the questions have, and who answered stood in the mapping."""
    rows = "2026-11-02 08:30,ana@x.example\n2026-11-02 08:31,bob@x.example,Yes,more,and more\n"
    table = f"Timestamp,Email,OK to record?\n{rows}"
    drafted = draft(table)
    assert "OK to record?" in tomllib.loads(drafted.text)["columns"]
    assert "bob@" not in drafted.text


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InputRefused, match="not text"):
        draft_form(b"a\0b,c\0d\n1,2\n", CHOICES)


def test_what_only_a_person_knows_is_left_open() -> None:
    swapped = draft(GOOGLE.replace("11/13/2026", "11/12/2026"), timezone="")
    mapping = tomllib.loads(swapped.text)
    assert mapping["timezone"] == ""
    assert "date_format" not in mapping
    assert {line.partition(":")[0] for line in swapped.to_check} == {
        "columns",
        "timezone",
        "date_format",
        "text",
        "options",
    }
    assert not any(secret in line for secret in ("ana@", "Ana", "Northwind") for line in swapped.to_check)


@pytest.mark.parametrize("table", ["", "one column\nx\n", "a,a\n1,2\n"])
def test_what_is_no_table_is_refused(table: str) -> None:
    with pytest.raises(InputRefused):
        draft(table)


def test_hostile_headers_stay_toml() -> None:
    hostile = '"A ""quoted"" [x] = \\ # \t é\n new line?",Timestamp,E-mail\n"\x7f",2026-11-02 08:00,ana@x.example\n'
    assert 'A "quoted" [x] = \\ # é new line?' in tomllib.loads(draft(hostile).text)["columns"]


def command(*words: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, done.stdout, done.stderr


def test_a_table_is_imported_by_its_own_draft(workspace: Workspace, tmp_path: Path) -> None:
    table, form = tmp_path / "answers.csv", tmp_path / "form.toml"
    table.write_text(GOOGLE, "utf-8")
    code, _, checks = command("consent", "draft-form", table, "--timezone", "UTC", "-o", form)
    assert code == 0
    assert "check  text:" in checks
    code, out, _ = command("consent", "import", table, "--form", form, "-w", workspace.root)
    assert (code, "people 2" in " ".join(out.split())) == (0, True)
    assert command("consent", "draft-form", table, "-o", form)[0] == 2


@pytest.mark.parametrize(
    "question",
    [
        "May we use what you say to plan the product?",
        "May what you ask for help us shape our roadmap?",
        "Can we use your words to prioritise the next features?",
    ],
)
def test_planning_a_product_is_improving_it(question: str) -> None:
    assert meaning_of(question, ["Yes", "No"]) == "purpose:internal_improve"


def test_an_open_question_is_refused_until_it_is_decided(workspace: Workspace, tmp_path: Path) -> None:
    table, form = tmp_path / "answers.csv", tmp_path / "form.toml"
    table.write_text(GOOGLE.replace("May we publish the redacted recording?", "May we do more?"), "utf-8")
    _, _, checks = command("consent", "draft-form", table, "--timezone", "UTC", "-o", form)
    assert all(purpose in checks and purpose in form.read_text("utf-8") for purpose in Purpose)
    code, _, error = command("consent", "import", table, "--form", form, "-w", workspace.root)
    assert code == 2
    assert "'May we do more?' has no known meaning" in error


def test_a_new_question_is_named_with_the_line_to_add(workspace: Workspace, tmp_path: Path) -> None:
    table, form = tmp_path / "answers.csv", tmp_path / "form.toml"
    table.write_text(GOOGLE, "utf-8")
    command("consent", "draft-form", table, "--timezone", "UTC", "-o", form)
    newer = GOOGLE.replace("How did you hear of us?", 'How did you hear of us?,"Size ""EU""?"').replace(
        "end\n", "end,M\n"
    )
    table.write_text(newer.replace('mostly"\n', 'mostly",L\n'), "utf-8")
    code, _, error = command("consent", "import", table, "--form", form, "-w", workspace.root)
    assert code == 9
    assert r'''under [columns] add "Size \"EU\"?" = "ignore"''' in error
    code, lines, checks = command("consent", "draft-form", table, "--form", form)
    assert tomllib.loads(lines) == {"columns": {'Size "EU"?': "ignore"}}
    assert "1 new question" in checks


def test_a_time_zone_that_is_none_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    table, output = tmp_path / "answers.csv", tmp_path / "form.toml"
    table.write_text(GOOGLE, "utf-8")
    words = ["consent", "draft-form", str(table), "--timezone", "Nowhere/X", "-o", str(output)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "--timezone is not a time zone" in result.output and not output.exists()


def test_every_answer_that_a_mapping_lacks_is_listed_with_what_it_is_taken_for(
    workspace: Workspace, tmp_path: Path
) -> None:
    table, form = tmp_path / "answers.csv", tmp_path / "form.toml"
    table.write_text(GOOGLE, "utf-8")
    command("consent", "draft-form", table, "--timezone", "UTC", "-o", form)
    table.write_text(GOOGLE.replace('Yes,"No, thanks"', "Nope,Only the first half"), "utf-8")
    code, said, _ = command("consent", "import", table, "--form", form, "-w", workspace.root)
    assert code == 0
    assert "line 2, column 8" in said and "column 7" not in said
    assert "draft-form FILE --form FORM" in said and "new version" in said
    code, lines, checks = command("consent", "draft-form", table, "--form", form)
    assert tomllib.loads(lines)["answers"] == {"Nope": "refused", "Only the first half": "unknown"}
    assert "# ? not read" in lines
    assert "1 answer is not read and holds as unknown" in checks and "1 plain no" in checks
    form.write_text(
        form.read_text("utf-8").replace("[answers]", '[answers]\n"Only the first half" = "refused"'), "utf-8"
    )
    code, _, error = command("consent", "import", table, "--form", form, "-w", workspace.root)
    assert code == 9 and 'supersedes = "' in error


def test_the_answers_to_an_undecided_question_are_listed_and_no_yes_among_them(tmp_path: Path) -> None:
    mapping = tomllib.loads(
        draft("E-mail,Do you object?\nana@x.example,Sure\nbo@x.example,Nope\ncy@x.example,Hm\n").text
    )
    assert mapping["columns"]["Do you object?"] == "?"
    assert mapping["answers"] == {"Sure": "unknown", "Nope": "refused", "Hm": "unknown"}


@pytest.mark.parametrize(
    "answers",
    [
        [f"No thanks {number}" for number in range(13)],
        ["Nope", "I was at Halcyon when they " + "and so on " * 12],
    ],
)
def test_free_text_is_no_answer_of_a_mapping(answers: list[str]) -> None:
    rows = "".join(f"p{number}@x.example,{answer}\n" for number, answer in enumerate(answers))
    mapping = tomllib.loads(draft(f"E-mail,Do you object?\n{rows}").text)
    assert set(answers).isdisjoint(mapping.get("answers", {}))
