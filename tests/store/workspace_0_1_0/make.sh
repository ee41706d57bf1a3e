#!/bin/bash
# Makes workspace.tar.xz with Offrecord 0.1.0 as it was before its records and tables had the names of the field
# (commit 2f53fdb). The people are invented, the voices are flite's.
#
#   OFFRECORD="the console script of that version" tests/store/workspace_0_1_0/make.sh SCRATCH_FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
rm -rf inbox ws && mkdir inbox

say() { # say VOICE FILE TEXT: speech at 16 kHz in the codec of the file's name
    flite -voice "$1" -t "$3" -o said.wav
    ffmpeg -v error -y -i said.wav -ac 1 -ar 16000 -b:a 16k "$2"
    rm said.wav
}

# One track for each, captions and chat; the third refused to be published.
a=inbox/2026-11-17-a-tracks && mkdir $a
say rms $a/ana.opus "Welcome. Our project Falcon needs a smaller client for the robots."
say slt $a/bo.opus "I am Bo Lindgren from Ridge Airlines. Could you add a button that plays it again?"
say kal $a/cy.opus "Cy Arden here. My number is four one five, five five five, zero one two three."
cat > $a/session.toml <<'TOML'
title = "Office hours with Ridge Airlines"
started_at = 2026-11-17T15:00:00Z
host = "Lumen Labs"
recorder_location = "US-NY"
series = "office-hours"
purposes = ["transcribe", "internal_improve", "internal_share", "public_recording"]
notice = "asserted"
captions = "captions.vtt"
chat = "chat.txt"

[[participants]]
name = "Ana Berg"
email = "ana.berg@lumen.example"
company = "Lumen Labs"
role = "staff"
location = "US-NY"
track = "ana.opus"

[[participants]]
name = "Bo Lindgren"
email = "bo.lindgren@ridge.example"
company = "Ridge Airlines"
role = "customer"
location = "US-NY"
track = "bo.opus"

[[participants]]
name = "Cy Arden"
email = "cy.arden@ridge.example"
company = "Ridge Airlines"
role = "customer"
location = "US-NY"
track = "cy.opus"
TOML
cat > $a/captions.vtt <<'VTT'
WEBVTT

00:00.000 --> 00:04.000
<v Ana Berg>Welcome. Our project Falcon needs a smaller client for the robots.

00:00.200 --> 00:05.000
<v Bo Lindgren>I am Bo Lindgren from Ridge Airlines. Could you add a button that plays it again?

00:00.400 --> 00:05.000
<v Cy Arden>Cy Arden here. My number is four one five, five five five, zero one two three.
VTT
printf '00:00:01\tBo Lindgren:\tsee https://ridge.example/plans\n00:00:03\tAna Berg:\tThanks, Bo.\n' > $a/chat.txt
echo "nobody reads this" > $a/notes.txt

# Mixed sound with a picture; everybody said yes to everything.
b=inbox/2026-11-17-b-mixed && mkdir $b
say slt bo.wav "We run three warehouses and Falcon is too big for them. Can the client be smaller?"
ffmpeg -v error -y -f lavfi -i "color=c=white:s=320x180:r=2:d=5,drawtext=text=agenda:fontsize=24:x=20:y=80" \
    -i bo.wav -c:v libx264 -preset veryslow -crf 40 -c:a aac -b:a 24k -shortest $b/recording.mp4
rm bo.wav
cat > $b/session.toml <<'TOML'
title = "Second office hours"
started_at = 2026-11-17T17:00:00Z
host = "Lumen Labs"
recorder_location = "US-NY"
series = "office-hours"
purposes = ["transcribe", "internal_improve", "internal_share", "public_recording"]
notice = "asserted"
captions = "captions.vtt"

[[participants]]
name = "Ana Berg"
email = "ana.berg@lumen.example"
company = "Lumen Labs"
role = "staff"
location = "US-NY"

[[participants]]
name = "Bo Lindgren"
email = "bo.lindgren@ridge.example"
company = "Ridge Airlines"
role = "customer"
location = "US-NY"
TOML
cat > $b/captions.vtt <<'VTT'
WEBVTT

00:00.000 --> 00:05.000
<v Bo Lindgren>We run three warehouses and Falcon is too big for them. Can the client be smaller?
VTT

# Somebody who will be erased, and somebody whom only staff can tell.
c=inbox/2026-11-17-c-erased && mkdir $c
say rms $c/ana.opus "Welcome to the third session. We are recording this."
say kal $c/dee.opus "Thank you. This is Dee Moreau of Halden Press."
cat > $c/session.toml <<'TOML'
title = "Third office hours"
started_at = 2026-11-17T19:00:00Z
host = "Lumen Labs"
recorder_location = "US-NY"
series = "office-hours"
notice = "asserted"
captions = "captions.vtt"

[[participants]]
name = "Ana B."
company = "Lumen Labs"
role = "staff"
location = "US-NY"
track = "ana.opus"

[[participants]]
name = "Dee Moreau"
email = "dee.moreau@halden.example"
company = "Halden Press"
role = "customer"
location = "US-NY"
track = "dee.opus"
TOML
cat > $c/captions.vtt <<'VTT'
WEBVTT

00:00.000 --> 00:03.000
<v Ana B.>Welcome to the third session. We are recording this.

00:00.500 --> 00:03.500
<v Dee Moreau>Thank you. This is Dee Moreau of Halden Press.
VTT

# Somebody who never answered: held until staff settle it.
e=inbox/2026-11-17-e-held && mkdir $e
say rms $e/ana.opus "This is the fourth session."
say kal $e/eli.opus "Eli Novak here, thank you."
sed -e 's/Third/Fourth/; s/T19/T21/; s/Dee Moreau/Eli Novak/; s/dee.moreau/eli.novak/; s/dee.opus/eli.opus/' \
    -e 's/"Ana B."/"Ana Berg"\nemail = "ana.berg@lumen.example"/' $c/session.toml > $e/session.toml
cat > $e/captions.vtt <<'VTT'
WEBVTT

00:00.000 --> 00:01.500
<v Ana Berg>This is the fourth session.

00:00.100 --> 00:01.700
<v Eli Novak>Eli Novak here, thank you.
VTT

mkdir inbox/2026-11-17-d-empty && : > inbox/2026-11-17-d-empty/recording.m4a
printf 'title = "Nothing"\nstarted_at = 2026-11-17T20:00:00Z\n' > inbox/2026-11-17-d-empty/session.toml

cat > form.toml <<'TOML'
notice_id = "office-hours-form"
version = "2026-10-01"
language = "en"
timezone = "UTC"
date_format = "%m/%d/%Y %H:%M:%S"
scope = "series:office-hours"
names_purposes = ["record", "transcribe", "internal_improve", "internal_share", "public_recording"]
text = "Office hours are recorded. Tell us what we may do with your part."
[columns]
"Timestamp" = "timestamp"
"Email" = "email"
"Name" = "name"
"Record and transcribe?" = "purpose:record,transcribe"
"Improve the product?" = "purpose:internal_improve"
"Share inside?" = "purpose:internal_share"
"Publish?" = "purpose:public_recording"
[answers]
"Yes" = "given"
"No" = "refused"
[options]
email_verified = true
TOML
cat > answers.csv <<'CSV'
Timestamp,Email,Name,Record and transcribe?,Improve the product?,Share inside?,Publish?
11/02/2026 08:30:12,ana.berg@lumen.example,Ana Berg,Yes,Yes,Yes,Yes
11/02/2026 09:04:55,bo.lindgren@ridge.example,Bo Lindgren,Yes,Yes,Yes,Yes
11/02/2026 10:41:03,cy.arden@ridge.example,Cy Arden,Yes,Yes,No,No
11/02/2026 11:41:03,dee.moreau@halden.example,Dee Moreau,Yes,Yes,Yes,No
CSV

export OFFRECORD_WORKSPACE=$PWD/ws OFFRECORD_RUN__SETTLE_S=0
night() { $OFFRECORD run inbox || [ $? = 3 ]; }
session() { # session TITLE: the id of the session of this folder's title
    python3 - "$1" <<'PY'
import json, sqlite3, sys
rows = sqlite3.connect("ws/offrecord.db").execute("SELECT session_id, body FROM session")
print(*(name for name, body in rows if json.loads(body)["title"] == sys.argv[1]))
PY
}
$OFFRECORD init ws
printf '[speech]\nengine = "captions"\n' > ws/offrecord.toml
printf '[[terms]]\ntext = "Project Falcon"\nkind = "product"\naliases = ["Falcon"]\n' > ws/terms.toml
$OFFRECORD consent import answers.csv --form form.toml
night

tracks=$(session "Office hours with Ridge Airlines") mixed=$(session "Second office hours")
erased=$(session "Third office hours") held=$(session "Fourth office hours")
said=(--by rita --reason "listened to it")
$OFFRECORD review decide "$tracks" "[customer A]" --keep "${said[@]}"
$OFFRECORD review decide "$tracks" --all-undecided --redact "${said[@]}"
$OFFRECORD review sign-off "$tracks" --by rita
$OFFRECORD review decide "$mixed" --all-undecided --redact "${said[@]}"
$OFFRECORD review cover "$mixed" --from 1 --to 3 --box 0.1,0.1,0.5,0.4 "${said[@]}"
$OFFRECORD review cover "$mixed" --from 0 --to 1 "${said[@]}"
$OFFRECORD review uncover "$mixed" c2 "${said[@]}"
$OFFRECORD review approve-picture "$mixed" "${said[@]}"
$OFFRECORD review sign-off "$mixed" --by rita
ana=$($OFFRECORD consent match "$tracks" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["party"])')
$OFFRECORD consent match "$erased" p1 --party "$ana" "${said[@]}"
for purpose in record transcribe internal_improve internal_share; do
    $OFFRECORD consent resolve "$held" p2 $purpose --allow --by rita --reason "they agreed by mail" --evidence "mail of today"
done
night
$OFFRECORD release "$mixed" --by rita
$OFFRECORD consent withdraw --email dee.moreau@halden.example --everything --erase --by rita --reason "a mail"
night
$OFFRECORD verify
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=2026-11-28 --exclude=log -cJf "$here/workspace.tar.xz" ws
