from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.detect import consent_cues
from pipeline.detect.objection_model import MODEL
from pipeline.detect.sentence_model import Examples
from pipeline.embeddings import encoder_name
from pipeline.lexicon.cues import CueFile, shipped_cues
from pipeline.records import ChatLine, ConsentCueKind, Context, Transcript
from tests.detect.locate.test_statements_across import session

OBJECTIONS = """\
Can we take that out of the recording?
I don't want this published.
I changed my mind, I don't want to be in the video.
I've changed my mind about the recording.
I take back what I agreed to.
You can't use my voice.
Please don't use what I said.
I don't want to be quoted.
Don't use my name.
Please keep my name out of it.
Leave my name out of this.
I'd like to stay anonymous.
Can I stay anonymous?
Can you stop the recording for a minute?
Let's stop the recording here for a second.
Pause recording please.
Hit pause on the recording.
Could we turn off the recording for this part?
My lawyer says I can't be on a recording.
We are not allowed to be recorded by company policy.
I can't be recorded, company policy.
Our policy forbids recordings.
I'm not supposed to be recorded.
I would prefer this not to be recorded.
I'd prefer if this wasn't recorded.
I'd feel better without the recording.
Can we do this without recording?
Is it possible not to record this?
I do not give my permission to be recorded.
You don't have my permission.
You do not have my consent.
I revoke my consent.
I withdraw my permission.
I opt out.
I'd like to opt out of the recording.
No recording please.
Please no recording.
Don't tape this.
I don't think I should be on this recording.
I'm not happy that this is recorded.
Honestly I would rather you turned the recorder off.
Could we go off the recording for a moment?
Please take me off the recording.
You'll have to edit me out.
Can you blur me out or something, I don't want to be shown.
I don't want my face in this.
I don't want people to hear me on this.
I never signed anything for this.
I didn't sign the consent form.
I haven't agreed to any of this.
We didn't agree to a recording.
Nobody asked me if I wanted to be recorded.
I'm going to have to decline the recording.
I decline to be recorded.
My company doesn't let me be recorded.
I shouldn't be recorded, I'm under contract.
Don't record my screen please.
I said no on the form.
I answered no to the recording question.
I ticked no for recording.
I want out of this recording.
Please stop taping.
I'm taking my consent back.
Can my part be deleted?
I want my part deleted.
I'm sorry, but I'd like this recording stopped.
Do we have to record this?
I would feel more at ease if nobody taped this.
I wasn't expecting to be on camera.
You guys didn't say this would be recorded.
This wasn't supposed to be recorded, was it?
I don't give you permission to use this.
You may not use this recording.
I forbid you to use my voice.
Nothing I say here may be published.
I hereby withdraw from this.
I'd like my consent to be withdrawn.
Please remove me from the video.
Please remove my name from everything.
Can you make sure I'm not in the recording?
Make sure my face isn't in there.
Can I ask that you not record this?
Is there any way to not be recorded?
I'm a bit uneasy about being recorded.
I'm nervous about being recorded, to be honest.
My boss told me not to be recorded.
I'm not cleared to speak on the record.
We can't be on record with that.
Hold on, are we live? I don't do recordings.
I really don't do well with cameras, so please leave me off.
Recording makes me uncomfortable.
This recording thing isn't for me.
I would appreciate it if you kept me out of the final cut.
You can keep the sound but not my face.
Is it okay if I don't appear in the video?
Could I join without being recorded?
I don't want any of this on YouTube.
My employer does not allow recordings.
We have a no recording policy.
I have not consented.
I never gave consent.
You never asked me for consent.
I thought you turned the recording off.
I assumed we weren't recording.
Why is there a recording light on?
I'll only speak if the recording is off.
I can talk once you stop the recording.
Let me know when the recording is off and I'll tell you more.
Kill the recording.
Please wipe my audio.
Leave my camera out of the export.
""".splitlines()
MINORS = """\
I'm still in high school.
I'm in tenth grade.
I'm a high school student.
I turned fifteen last week.
I'm seventeen and I run the club's server.
I'll be eighteen next year.
I'm not an adult yet.
My parents don't know I'm here.
My mom has to sign that for me.
I'm in the eleventh grade.
I'm a minor, by the way.
I'm not eighteen.
I'm still a kid, I'm thirteen.
I am in my sophomore year of high school.
I'm thirteen by the way.
I'm sixteen years old.
I'm in middle school.
I'm a ninth grader.
I'm only in eighth grade.
Our teacher said we could join, we're all fourteen.
""".splitlines()
NEITHER = """\
The recording button doesn't do anything.
Can you delete that row, please, and click save?
We delete the recordings after thirty days.
Our customers want to opt out of telemetry.
The policy forbids public buckets.
We don't have permission to write there.
Metrics should not be recorded twice.
It can't be recorded in the ledger.
You can't use our API name twice.
Take that out of the config and try again.
I'd like the recordings to be searchable.
Do not publish the package yet.
I changed my mind about the schema.
We need that column removed.
Users want to stay anonymous in the survey.
How do I stop a recording from the command line?
The recorder stops by itself after an hour.
It works better without recording rules.
Is it possible not to record the query text?
My manager has to sign that purchase order.
I'm fifteen minutes into the docs.
We have sixteen and they have twelve.
I'm in high demand this week.
Please pause the job for a second.
We were not told about the deprecation.
The parent process has to allow it.
Delete that branch and cut it again.
Nobody asked for dark mode.
I recorded a short video about it.
Do we have to record every request?
I wasn't expecting to be on that version.
You didn't say this would be logged.
This wasn't supposed to be cached.
I don't like the recording quality.
I don't know where the recording is.
We haven't watched the recording yet.
I can't find the recording from last week.
You may not use this token twice.
Please remove me from the mailing list.
Can you make sure it is not in the cache?
I'm nervous about being on the old version.
The recording of last week was great.
I missed the last one but I watched the recording.
We don't want to lose the recording when the pod dies.
I'm in the ninth sprint.
Is there any way to not be billed?
We can't be on that plan.
We record every call for support, and customers can't turn it off.
The session replay doesn't record iframes.
Users don't want their screens recorded by default.
We never record request bodies.
The player can't play this video on Safari.
I couldn't hear you on the last call.
My audio isn't working, can you hear me now?
I can't turn on my camera today.
My camera is off because I'm eating.
Sorry, my video is off.
I'm not on video today.
Don't record the metric if the value is null.
The recording rule isn't evaluated.
I wasn't on the call last week.
We don't say this often, but thanks.
Nothing I tried works.
What I said about the limits isn't true anymore.
I said no to the upgrade.
I don't agree to that change in the schema.
I never gave it a try.
You don't have permission to use that bucket.
We need permission to publish packages, and it isn't there.
I don't want to hear about it.
My name isn't in the dropdown.
I can't see my name on the list.
My voice is off today, sorry.
I have no voice today.
Is my face cut off on the screen?
""".splitlines()


def kinds(text: str) -> set[ConsentCueKind]:
    chat = (ChatLine(at_s=0.0, participant_id=None, text=text),)
    return {cue.kind for cue in consent_cues(session(chat=chat), Transcript(engine="test", words=()), Context())}


@pytest.mark.parametrize(
    "text",
    [
        "I would rather not be recorded.",
        "I'd rather not have this recorded",
        "could you please stop the recording",
        "Stop recording, please.",
        "I don't want to be recorded.",
        "I do not consent to being recorded",
        "Hang on. Turn the recording off.",
        "I never agreed to be recorded",
        "I'm not comfortable with being recorded",
        "please don't record this",
        "I withdraw my consent",
        "I don't want my voice on any recording, please.",
        "I do not want to be on the recording",
        "could you leave me out of the recording",
    ],
)
def test_an_objection_to_the_recording_is_heard(text: str) -> None:
    assert kinds(text) == {ConsentCueKind.STOP_RECORDING}


@pytest.mark.parametrize(
    "text",
    [
        "I'm fifteen.",
        "I am only 14 and I love it",
        "I'm 15 years old",
        "I'm a minor",
        "I'm not 18 yet",
        "I'm only sixteen.",
        "i'm only fifteen is it okay",
    ],
)
def test_who_says_that_they_are_a_minor_is_heard(text: str) -> None:
    assert kinds(text) == {ConsentCueKind.MINOR}


@pytest.mark.parametrize(
    "text",
    [
        "I'll stop recording now, thanks all.",
        "When you stop the recording, the file is written.",
        "I'm fifteen minutes late",
        "I'm only sixteen minutes late, can we go on?",
        "I'm twelve percent sure, and we have 15 nodes.",
        "we want the recording to be kept",
        "this call is recorded",
        "",
    ],
)
def test_talk_about_recordings_and_numbers_holds_nobody(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize("phrase", ["", "...", "^ $", "so (much)", "a//b", "?"])
def test_a_phrase_that_means_nothing_is_an_error_with_its_number(phrase: str) -> None:
    with pytest.raises(ValueError, match="phrase 2"):
        CueFile(secret=("fine", phrase))


def test_no_phrase_goes_over_the_end_of_a_sentence() -> None:
    assert kinds("Will you stop. The recording is fine.") == set()


@pytest.mark.parametrize("text", OBJECTIONS)
def test_whoever_speaks_against_the_recording_is_heard_however_it_is_put(text: str) -> None:
    assert kinds(text) == {ConsentCueKind.STOP_RECORDING}


@pytest.mark.parametrize("text", MINORS)
def test_however_a_minor_puts_it(text: str) -> None:
    assert kinds(text) == {ConsentCueKind.MINOR}


@pytest.mark.parametrize("text", NEITHER)
def test_talk_of_a_product_that_records_holds_nobody(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "If you don't want to be recorded, please turn off your camera.",
        "If anybody does not want to be recorded, please leave now.",
        "You can leave now if you'd rather not be recorded.",
        "Whoever does not want to be on the recording can write in the chat.",
        "If you do not consent to being recorded, please drop off.",
        "If anyone objects to the recording, please say so.",
        "Just so you know, this session is recorded.",
        "As a reminder, this call is being recorded and will be shared.",
        "Do you mind if I record this?",
        "Is everybody okay with being recorded?",
        "Thanks everyone, I'll stop the recording now.",
        "Did everyone sign the consent form?",
    ],
)
def test_what_a_host_announces_or_asks_holds_nobody(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "If you don't mind, I'd rather not be recorded.",
        "Can whoever is recording this please stop the recording?",
        "If you don't stop recording us we will leave.",
    ],
)
def test_an_objection_that_begins_with_if_is_one(text: str) -> None:
    assert kinds(text) == {ConsentCueKind.STOP_RECORDING}


def test_the_stored_weights_are_those_of_the_shipped_examples() -> None:
    cues = shipped_cues()
    assert MODEL.stored(Examples(cues.objection_examples, cues.no_objection_examples)) is not None


@pytest.mark.skipif(encoder_name() != "minilm", reason="the sentence model is not pulled")
def test_a_teams_own_examples_count_at_once() -> None:
    text = "The gizmo that makes recordings of us ought to be elsewhere."
    own = replace(shipped_cues(), objection_examples=(*shipped_cues().objection_examples, *[text] * 20))
    chat = (ChatLine(at_s=0.0, participant_id=None, text=text),)
    nothing = Transcript(engine="test", words=())
    assert consent_cues(session(chat=chat), nothing, Context()) == ()
    (cue,) = consent_cues(session(chat=chat), nothing, Context(cues=own))
    assert cue.kind is ConsentCueKind.STOP_RECORDING


@pytest.mark.parametrize(
    "line",
    [
        "If you don't mind, please stop recording.",
        "If you don't mind could you stop recording",
        "If you can, please stop the recording.",
        "We are recording this session for everyone who can't come, and I don't like it.",
        "If people keep asking, please stop recording.",
        "Whoever does the recording, please stop the recording.",
        "If you don't want trouble, delete the recording.",
        "if you look at the graph of last night you see the errors by the way Anna does not want to be recorded",
    ],
)
def test_a_polite_if_before_an_objection_makes_no_offer_of_it(line: str) -> None:
    cues = consent_cues(
        session(chat=(ChatLine(at_s=1.0, participant_id="a", text=line),)),
        Transcript(engine="test", words=()),
        Context(),
    )
    assert [cue.kind for cue in cues] == [ConsentCueKind.STOP_RECORDING]


@pytest.mark.parametrize(
    "line",
    [
        "If you don't want to be recorded, turn your camera off.",
        "If any of you would rather not be recorded, let me know.",
        "If you don't want to be recorded, please turn off your camera.",
        "We are recording this session for those who couldn't join.",
        "This session is being recorded for people who are not here today.",
        "Our parent company has to sign.",
        "My parent process has to agree with the child.",
    ],
)
def test_an_offer_and_a_parent_of_software_hold_nothing(line: str) -> None:
    chat = (ChatLine(at_s=1.0, participant_id="a", text=line),)
    assert consent_cues(session(chat=chat), Transcript(engine="test", words=()), Context()) == ()


ANNOUNCEMENTS = """\
We're recording this for anyone who can't make it.
We are recording this call so nobody misses anything.
We're being recorded, don't worry.
This session is recorded and will not be published.
We record these sessions, and we will never share it outside.
The recording stays internal and will not be published.
Let's stop the recording here, bye everyone.
If you want us to pause the recording, just say so.
Just a heads up, I'm recording this, so no need to take notes.
As always the call is recorded, please don't share passwords.
I've started the recording, sorry I forgot at the beginning.
We'll stop recording when we get to the private part.
Recording is on, if you'd rather not be on camera just switch it off.
This is being recorded, let us know if that's not okay.
If anybody isn't comfortable with being recorded, tell us now.
Nobody has objected, so let's record.
I can't record my screen on Wayland.
My name is not in the recording's metadata.
I never consented to cookies.
I'm not on camera.
Can I stop recording in the middle?
Please note that this call is recorded and that you cannot opt out of the transcript.
Hi all, quick note, I'm hitting record now so that people who aren't here can watch.
I'll send the recording to those who could not join.
We don't record the breakout rooms.
We only record audio, not video.
We are not recording today.
I'm not recording yet.
""".splitlines()


@pytest.mark.parametrize("text", ANNOUNCEMENTS)
def test_announcements_and_talk_of_recordings_hold_nobody(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "This is being recorded without our consent.",
        "We are recording this, but I don't want my face in it.",
        "I object to recording this.",
        "I'm leaving if this is being recorded.",
        "So we are being recorded and I'd rather not be recorded.",
    ],
)
def test_an_objection_is_one_beside_an_announcement(text: str) -> None:
    assert kinds(text) == {ConsentCueKind.STOP_RECORDING}
