from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tag.grouping import heard_right, title_of
from pipeline.tag.tokens import tokenize

ENDLESS = frozenset({"a", "an", "the", "to", "of", "for", "with", "and", "or", "my", "our"})
WORDINGS = [
    line
    for line in Path(__file__).with_name("wordings.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(
    ("quote", "title"),
    [
        ("It would be great if the Python client could batch retries.", "The Python client should batch retries"),
        ("We need single sign-on for contractors before we can buy more seats.", "Single sign-on for contractors"),
        ("We need an ER diagram export, um, soon.", "ER diagram export, soon"),
        ("Do you plan to add passkeys?", "Passkeys"),
        ("also please add csv import", "Csv import"),
        ("Please add SSO.", "SSO"),
        ("Can you add more for us too?", "Can you add more"),
        ("We run forty sites. Please add passkeys.", "Passkeys"),
        ("but we would also need dark mode", "Dark mode"),
        ("We would need an iPad app for the crews.", "iPad app for the crews"),
        ("so can we get dark mode pretty please", "Dark mode"),
        ("Can you add that?", "Can you add that"),
        ("we also need a way to pause a queue from the command line", "Pause a queue from the command line"),
        ("I wish the client would tell me when it lost touch.", "The client should tell me when it lost touch"),
        ("It would be nice if the table remembered the column order.", "The table should remember the column order"),
        ("Can you add a daily report about slow consumers?", "Daily report about slow consumers"),
        ("a chart of the lag between regions would help", "Chart of the lag between regions"),
        ("Please make the tooltip readable for screen readers.", "Make the tooltip readable for screen readers"),
        ("is there any way to export the audit log", "Export the audit log"),
        ("There is no undo in the editor, and we need one.", "Undo in the editor"),
        ("why can't I filter by owner?", "Filter by owner"),
        ("Why can you not assign a task to two people?", "Assign a task to two people"),
        ("Why do I have to log in again for every region?", "Why do I have to log in again for every region"),
        ("We have to open every ticket.", "We have to open every ticket"),
        ("if you had a plugin for our editor we would switch tomorrow", "Plugin for our editor"),
        ("We would upgrade right away if you had audit trails.", "Audit trails"),
        ("If the report came as a PDF, my boss would actually read it.", "The report should come as a PDF"),
        ("The feature I miss most is bulk edit.", "Bulk edit"),
        ("One thing I'd change is the way it rounds the totals.", "Way it rounds the totals"),
        ("I did not know that you could pause a single queue.", "You can pause a single queue"),
        ("It would be good if it did not log me out.", "It should not log me out"),
        ("The webhook should retry when our endpoint is down.", "The webhook should retry when our endpoint is down"),
        ("We must have encryption for [customer B] and [person 1].", "Encryption for a customer and someone"),
        ("The other tool has a calendar. We would love to have that.", "The other tool has a calendar"),
        ("Please add dark mode to [product A] so that we can read it", "Dark mode to a product"),
        ("it would be great if [Company 3] could pause a queue", "A company should pause a queue"),
        ("We need roles for [customer 12] and [customer 13] before we renew", "Roles for a customer and a customer"),
        ("We need single sign-on for guests. Without it we cannot buy more seats.", "Single sign-on for guests"),
        ("We need single sign-on for guests, and without it we can't buy more seats.", "Single sign-on for guests"),
        ("We want role based access, we can't renew our contract without it", "Role based access"),
        ("We cannot roll this out without audit logs for admins.", "Audit logs for admins"),
        ("without bring your own key encryption we cannot renew the contract", "Bring your own key encryption"),
        ("It'd be nice if you could, I don't know, maybe group the alerts by service", "Group the alerts by service"),
        ("I wish there was a way to pause it from a shell, you know, because", "Pause it from a shell"),
        ("It would be nice to have tokens for the robots of the", "Tokens for the robots"),
        ("It would be great if the Python client could battery trees.", 'The Python client (heard: "battery trees")'),
        ("I wish the console would red a queue.", 'The console (heard: "red a queue")'),
        ("we need a way to paws a queue from the command line", 'Queue from the command line (heard: "paws")'),
        ("It would be great if the client could dedupe events.", "The client should dedupe events"),
        ("It would be nice if it could automatically sort the rows.", "It should automatically sort the rows"),
        ("is there a way to bulk import contacts", "Bulk import contacts"),
        ("I wish the server would never forget a key.", "The server should never forget a key"),
        ("I was not aware that the filter works for any field that is very useful.", "The filter works for any field"),
        ("I had no idea that Lumen could do that that will save us a lot of work.", "Lumen can do that"),
        ("I see, so there was a graph all the time and I never found it.", "There was a graph all the time"),
        ("Oh, so the console has a dark mode already.", "The console has a dark mode already"),
        ("But it would be cool if you could sort the feeds.", "Sort the feeds"),
        ("Each of these projects - it would be great if it had a registry.", "It should have a registry"),
        ("I wish they had a calendar.", "They should have a calendar"),
        ("I think it would be nice if more tools allowed this.", "More tools should allow this"),
        ("I wish the reports were sorted.", "The reports should be sorted"),
        ("Please add it on the dashboard instead.", "Add it on the dashboard instead"),
        ("People, please, I can't rename projects.", "Rename projects"),
        ("Can you add it?", "Can you add it"),
        ("Why can't the report include the owner?", "Why can't the report include the owner"),
        ("Why doesn't the console print the address?", "Why doesn't the console print the address"),
        ("I would love it in Spanish.", "I would love it in Spanish"),
        ("We would really like to filter alerts by region.", "Filter alerts by region"),
        ("My team would also love to mute an alert.", "Mute an alert"),
        ("I'd love to have some sort of token to let them in.", "Token to let them in"),
        ("Some kind of progress report would help.", "Progress report"),
        ("Feature idea: let the CLI read the keychain", "Let the CLI read the keychain"),
        ("Suggestion: make the sidebar collapsible", "Make the sidebar collapsible"),
        ("[Request] allow custom domains on the free tier", "Allow custom domains on the free tier"),
        ("Sorely missing: keyboard navigation in the file picker", "Keyboard navigation in the file picker"),
        ("What's missing for me is a summary at the top.", "Summary at the top"),
        ("pls bring back the compact view", "Bring back the compact view"),
        ("Notion does databases, why don't you", "Notion does databases"),
        ("Slack does threads, why don't you", "Slack does threads"),
        ("my ops folks would be a lot happier if the retries were visible", "The retries should be visible"),
        ("When are you going to support Postgres sixteen?", "Postgres sixteen"),
        ("is it on your radar to have signed webhooks in Europe", "Signed webhooks in Europe"),
        ("do you folks have a story for multi tenancy in the cloud", "Multi tenancy in the cloud"),
        ("any appetite on your end for a terraform provider", "Terraform provider"),
        ("could you see yourselves offering an on-prem version", "On-prem version"),
        ("hey can u guys make the export keep leading zeros", "Make the export keep leading zeros"),
        ("coming from Jira I really miss saved filters", "Saved filters"),
        ("I'd pay double for guaranteed regional failover", "Guaranteed regional failover"),
        ("and the other thing we've been asking for forever is nested folders", "Nested folders"),
        ("so for us the big one is a private sandbox", "Private sandbox"),
        ("there's got to be a better way to upload files", "Upload files"),
        ("There should be a limit on how many mails it sends.", "Limit on how many mails it sends"),
        ("honestly the search ought to ignore accents", "The search ought to ignore accents"),
        ("Our auditors require that every login is recorded, and now it isn't.",
         "Our auditors require that every login is recorded"),
        ("I think it makes sense to have an open repository.", "Have an open repository"),
        ("It'd be nice if the platform, the registry, whatever it is, did that.",
         "The platform, the registry, whatever it is, should do that"),
        ("It'd be cool if each one had a button for an emulation, and you can follow the tutorial there.",
         "Each one should have a button for an emulation"),
        ("I wish the dashboard had a dark mode. Half of my team works at night.",
         "The dashboard should have a dark mode"),
        ("We need saved filters. Half of my team works at night.", "Saved filters"),
        ("it would be great if the dashboard has a dark mode", "The dashboard should have a dark mode"),
        ("It would be so nice if we could export to PDF.", "Export to PDF"),
        ("I wish users could reset their own passwords.", "Users should be able to reset their own passwords"),
        ("I wish we could not delete a live key by accident.", "We should not delete a live key by accident"),
        ("it'd be cool if the recorded sessions had chapters", "The recorded sessions should have chapters"),
        ("If only the search supported wildcards!", "The search should support wildcards"),
        ("I wish the alerts page shows the owner", "Wish: the alerts page shows the owner"),
        ("It would help if it shows the owner", "It should show the owner"),
        ("It would be great if exports ran at night.", "Exports should run at night"),
        ("It would be nice if the mails were not sent twice.", "The mails should not be sent twice"),
        ("I wish it stopped asking me twice.", "It should stop asking me twice"),
        ("It would be great if the tables copied their header.", "The tables should copy their header"),
        ("I did not know that the dashboard had a dark mode.", "The dashboard has a dark mode"),
        ("hello", "Hello"),
        ("", ""),
    ],
)  # fmt: skip
def test_titles_say_in_plain_words_what_is_asked_for(quote: str, title: str) -> None:
    assert title_of(quote) == title


@pytest.mark.parametrize("wording", WORDINGS)
def test_a_title_is_a_whole_phrase_and_never_a_cut_quote(wording: str) -> None:
    title = title_of(wording)
    assert title
    assert not title.endswith("…")
    assert title[0] == title[0].upper()
    assert title.split()[-1].lower() not in ENDLESS


@pytest.mark.parametrize("wording", WORDINGS)
def test_nothing_that_was_written_counts_as_misheard(wording: str) -> None:
    assert "heard" not in title_of(wording)
    assert heard_right(wording)


def test_a_verb_that_was_misheard_is_told_from_one_that_was_not() -> None:
    assert not heard_right("It would be great if the Python client could battery trees.")
    assert heard_right("It would be great if the Python client could batch retries.")


@pytest.mark.parametrize(
    "lead", ["I wish", "It would be great if", "It'd be nice if", "would be awesome if", "if only"]
)
@pytest.mark.parametrize(
    "wish",
    [
        "the dashboard had a dark mode", "the dashboard has a dark mode", "the dashboard could have a dark mode",
        "the dashboard would have a dark mode", "you had a dark mode for the dashboard", "there was a dark mode",
        "we could switch the dashboard to a dark mode", "the dashboard came with a dark mode", "dark mode worked",
        "the dashboard supported a dark mode", "a dark mode were there", "the dashboard offers a dark mode",
    ],
)  # fmt: skip
def test_no_title_says_that_what_is_wished_for_is_so(lead: str, wish: str) -> None:
    title = title_of(f"{lead} {wish}, half of my team works at night.").lower()
    assert "dark mode" in title
    says_so = (" has ", " had ", " is ", " was ", " supports ", " comes ", " works", " can ", " offers ")
    assert title.startswith("wish: ") or not any(word in title.partition(", half")[0] for word in says_so), title


@pytest.mark.parametrize("place", ["at {} {}", "{} and {}", "we at {} say {}", "{1} for {0}", "{1} because {0} asked"])
@pytest.mark.parametrize("wording", WORDINGS[::5])
def test_a_label_with_a_space_moves_no_word_of_the_title(wording: str, place: str) -> None:
    bare = wording.rstrip(".?")
    assert title_of(place.format("[Company 3]", bare)) == title_of(place.format("[company]", bare))


@given(st.text("it would be nice if we could [person 1] a b?!. ", max_size=80))
def test_any_quote_has_a_title_without_labels(quote: str) -> None:
    title = title_of(quote)
    assert "[" not in title or "[" in quote.replace("[person 1]", "")
    assert bool(title) or not any(token.text not in "?!" for token in tokenize(quote))
