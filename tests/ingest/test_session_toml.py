"""session.toml: what is read, and that errors name keys and never values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest.session_toml import SessionToml, parse
from pipeline.records import Purpose, Role


def test_an_empty_file_has_the_defaults() -> None:
    facts = parse("")
    assert facts.purposes == [Purpose.TRANSCRIBE, Purpose.INTERNAL_IMPROVE, Purpose.INTERNAL_SHARE]
    assert (facts.notice, facts.participants, facts.started_at) == ("none", [], None)


def test_all_keys_are_read() -> None:
    facts = parse(
        "title='t'\nstarted_at=2026-11-18T15:00:00+01:00\ntimezone='Europe/Berlin'\nhost='h'\nrecorder_location='DE'\n"
        "purposes=['public_recording']\nnotice='asserted'\ncaptions='c'\nchat='d'\nroster='r'\nseries='s'\n[[participants]]\nname='n'\n"
        "aliases=['a']\ncompany='c'\nemail='a@b'\nplatform_id='zoom:1'\nrole='bot'\nlocation='US-NY'\ntrack='t'\n"
        "joined='late'\nspeaks=false\n"
    )
    assert facts.purposes == [Purpose.PUBLIC_RECORDING]
    assert facts.participants[0].role is Role.BOT
    assert all(value is not None for value in facts.model_dump().values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("titel = 'SECRET'", "unknown key 'titel'"),
        ("title = 7", "key 'title'"),
        ("started_at = 'SECRET'", "key 'started_at'"),
        ("started_at = 2026-11-18", "key 'started_at'"),
        ("purposes = ['SECRET']", "key 'purposes[1]'"),
        ("purposes = []", "key 'purposes'"),
        ("notice = 'SECRET'", "key 'notice'"),
        ("timezone = 'SECRET/Town'", "key 'timezone'"),
        ("timezone = '../../etc/SECRET'", "key 'timezone'"),
        ("[[participants]]\nemail = 'SECRET@b'", "key 'participants[1].name' is missing"),
        ("[[participants]]\nname='SECRET'\nspeaks='yes'", "key 'participants[1].speaks'"),
        ("[[participants]]\nname='SECRET'\nemail='SECRET'", "key 'participants[1].email' must be an e-mail address"),
        (
            "[[participants]]\nname='SECRET'\nplatform_id='SECRET'",
            "key 'participants[1].platform_id' must be a platform and an id on it",
        ),
        ("[[participants]]\nname='SECRET'\nlocation='Secretia'", "key 'participants[1].location' must be a country"),
        ("[policy]\nnotice_required = 'SECRET'", "key 'policy.notice_required' must be a notice and its version"),
        ("series = 'SECRET SERIES'", "key 'series' must have 1 to 100 characters and no spaces"),
        (
            "[[participants]]\nname='a'\n[[participants]]\nname='SECRET'\nplatfrom_id='SECRET'",
            "unknown key 'participants[2].platfrom_id'",
        ),
        ("[[participants]]\nname=' '", "key 'participants[1].name'"),
        ("[policy]\nfloor_rule = 'SECRET'", "key 'policy.floor_rule' is now 'policy.minimum_rule'"),
        (
            "[policy]\nallow_silent_relax = false",
            "key 'policy.allow_silent_relax' is now 'policy.exclude_silent_nonresponders'",
        ),
        ("floor_rule = 'SECRET'", "unknown key 'floor_rule'"),
        ('title = "SECRET\nx', "not valid TOML at line 1"),
    ],
)
def test_errors_name_the_key_and_no_value(text: str, said: str) -> None:
    with pytest.raises(InputRefused) as caught:
        parse(text)
    assert said in caught.value.message
    assert "SECRET" not in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet=st.sampled_from("abtitle[]={}'\"\n.0129:-T#, ")))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert isinstance(parse(text), SessionToml)
    except InputRefused as error:
        assert "\n" not in error.message
