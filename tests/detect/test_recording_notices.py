"""Whoever announces that a session is recorded holds nothing; whoever objects to it does, however like it sounds."""

from __future__ import annotations

import pytest

from pipeline.embeddings import encoder_name
from pipeline.records import ConsentCueKind
from tests.detect.test_consent_cues import kinds

pytestmark = pytest.mark.skipif(encoder_name() != "minilm", reason="the sentence model is not pulled")
ANNOUNCEMENTS = """
This is Ines Okafor, and this is recorded.
This is Ines Okafor and this is recorded
Hi, this is Ines Okafor, and this session is recorded.
My name is Otto Quint, and this call is being recorded.
I'm Ines Okafor, welcome, and we are recording this.
Just so you know, this is being recorded.
Just so you know, we're recording.
We are recording this.
We're recording this session for the team.
Recording is on.
The recording is on.
The recording is running now.
The recording has started.
Recording has started, so welcome everybody.
OK, the recorder is running.
The red light is on, so we are being recorded.
This meeting is being recorded for those who could not come.
As you can see at the top, this meeting is being recorded.
You should see a banner that says we are recording.
I have started the recording.
I've just started the recording, so let's begin.
I just hit record.
I'll hit record now.
I will start the recording now.
I am recording this call.
I'm recording the session so that I can write the notes.
We record all of our office hours.
Please note that this session is recorded.
For the record, this call is recorded.
Heads up, we are recording today.
One housekeeping thing: we record these sessions.
Before we start, a quick note that this is recorded.
This office hour is recorded, and the notes go to the team.
It's Tuesday the tenth, I'm Hannah Berg from Lumen Labs, and this is recorded.
You're in the office hours of Lumen Labs, this is recorded.
Welcome to office hours, everything here is recorded.
We are live and recording.
All right, we're recording.
So, recording now.
And this is being recorded, as always.
Today is the third, with me are Priya and Tomasz, and we are recording.
The session will be recorded and shared internally.
We will be recording today's session.
Ich nehme das auf.
Ich nehme das Gespräch auf.
Wir nehmen die Sitzung auf.
Die Aufnahme läuft.
Die Aufzeichnung läuft jetzt.
Diese Sitzung wird aufgezeichnet.
Nur damit ihr es wisst, wir nehmen auf.
Hier ist Ines Okafor, und das wird aufgenommen.
Je vous informe que la réunion est enregistrée.
Esta reunión se está grabando.
Tomasz here, and just to say it, this is recorded.
This is Priya speaking, the call is recorded.
Good morning, Ines here, we are recording this one too.
By joining you know that this is recorded.
A reminder that you are being recorded.
""".strip().splitlines()
OBJECTIONS = """
You're recording this? Please stop.
Why is this being recorded?
Who said that this is recorded?
Nobody told me that this is recorded.
I didn't know this is recorded.
I was not told that we are recording.
This is recorded, and I don't want that.
This is Ines Okafor, and this is recorded without my consent.
This is Ines Okafor, and I do not want this recorded.
This is Ines Okafor and this is recorded, which I never agreed to.
My name is Otto Quint and I don't agree to be recorded.
I'm Otto, and I'd prefer this is not recorded.
Please stop recording.
Stop the recording please.
Can you turn the recording off?
Turn off the recording before I say that.
I don't want to be recorded.
I would rather not be recorded.
I do not consent to the recording.
I object to this being recorded.
I'm not comfortable being recorded.
I'm uncomfortable with the recording.
If this is recorded I have to leave.
I can't talk while this is recorded.
I can't speak freely if this is recorded.
My lawyer says I can't be recorded.
Our policy does not allow recordings.
We aren't allowed to be recorded.
I never agreed to be recorded.
I didn't sign up for being recorded.
Does this have to be recorded?
Do we have to record this?
Must this be recorded?
Is it necessary to record this?
Can we do this without recording?
Can this be off the recording?
Please delete the recording.
Please don't record me.
Don't record this part.
Don't record me.
Leave me out of the recording.
Take me off the recording.
I want my voice out of the recording.
I thought this is not recorded.
I thought we were not being recorded.
You said this would not be recorded.
You promised not to record.
This is recorded, so I won't say anything.
This is recorded and I'm not happy about it.
I hope this is not being recorded.
Just so you know, I don't want this recorded.
Just so you know, I never agreed that we are recording.
This is Ines, and this is recorded, over my objection.
Hannah here, this is recorded against my will.
This is being recorded, I take it, and I'd like it off.
Is this recorded, because I'd like it not to be.
Just so you know, this is being recorded against our rules.
Just so you know, this is being recorded illegally.
Just so you know, this is being recorded?
Just so you know, this is not being recorded.
Just so you know, this is never recorded.
Just so you know, this is no longer being recorded.
Just so you know, this is supposedly being recorded.
Just so you know, this is recorded and nobody asked us.
Just so you know, this is being recorded and that is not okay.
Just so you know, this is being recorded, no thanks.
Just so you know, this is being recorded without anybody's consent.
Just so you know, we are being recorded and we never agreed.
Just so you know, I never agreed that this is being recorded.
Just so you know, my voice is being recorded and I object.
So you know this is being recorded, shame on you.
Just so you know, this is being recorded, please stop.
You know this is being recorded and not everybody agreed.
""".strip().splitlines()


@pytest.mark.parametrize("text", ANNOUNCEMENTS)
def test_an_announcement_holds_nothing(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize("text", OBJECTIONS)
def test_an_objection_holds(text: str) -> None:
    assert kinds(text) == {ConsentCueKind.STOP_RECORDING}
