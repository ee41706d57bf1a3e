"""A server process that speaks Zoom's, Graph's and Google's APIs as their public references say, with faults to order.

``python -m tests.fetch.platform_server FOLDER``: ``world.json`` in it says what the platforms have, ``faults.json``
what goes wrong how often, both read at each request; media lie in ``files/``. Every request becomes a line of
``requests.jsonl``. It prints the ports of the APIs and of a second host, to which downloads are redirected.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import threading
import time
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

ZOOM_MOST_DAYS = 31
LOCK = threading.Lock()


class Site:
    """What the server knows: its folder, the tokens that it gave out, and the faults that are used up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tokens: dict[str, int] = {}
        self.used: dict[str, int] = {}
        self.ports = (0, 0)

    @property
    def world(self) -> dict[str, Any]:
        world: dict[str, Any] = json.loads((self.folder / "world.json").read_text("utf-8"))
        return world

    def fault(self, path: str) -> dict[str, Any] | None:
        """The first fault that is ordered for a path and not used up."""
        for fault in json.loads((self.folder / "faults.json").read_text("utf-8")):
            key = json.dumps(fault, sort_keys=True)
            with LOCK:
                if re.search(fault["path"], path) and self.used.get(key, 0) < fault.get("times", 1):
                    self.used[key] = self.used.get(key, 0) + 1
                    return dict(fault)
        return None

    def note(self, request: dict[str, Any]) -> None:
        with LOCK, (self.folder / "requests.jsonl").open("a") as out:
            out.write(json.dumps(request) + "\n")

    def new_token(self) -> str:
        with LOCK:
            token = f"secret-token-{len(self.tokens) + 1}-{hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]}"
            self.tokens[token] = 0
        return token

    def lets_in(self, header: str) -> bool:
        """Whether a bearer token is one that still works; it ends after as many requests as the world says."""
        token = header.removeprefix("Bearer ")
        with LOCK:
            if token not in self.tokens:
                return False
            self.tokens[token] += 1
            return self.tokens[token] <= int(self.world.get("token_requests", 10_000))


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on standard error: requests are noted in a file."""

    def do_POST(self) -> None:
        form = {
            key: values[0]
            for key, values in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()
        }
        self._note()
        if fault := self.site.fault(self.path):
            return self._fail(fault)
        if not self._is_login(form):
            return self._json({"error": "invalid_client", "reason": "Invalid client_id or client_secret"}, 401)
        return self._json({"access_token": self.site.new_token(), "token_type": "bearer", "expires_in": 3599})

    def do_GET(self) -> None:
        self._note()
        fault = self.site.fault(self.path)
        if fault and {"status", "redirect"} & fault.keys():
            return self._fail(fault)
        path = urlsplit(self.path).path
        if self.connection.getsockname()[1] == self.site.ports[1]:
            return self._file(unquote(path).removeprefix("/"), fault)
        if not self.site.lets_in(self.headers.get("Authorization", "")):
            return self._json({"code": 124, "message": "Access token is expired."}, 401)
        query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        for pattern, answer in ROUTES:
            match = re.fullmatch(pattern, path)
            if match is not None:
                found = answer(self, query, *map(unquote, match.groups()))
                if isinstance(found, Stored):
                    return self._file(found.name, fault)
                return self._redirect(found) if isinstance(found, str) else self._json(*found, fault=fault)
        return self._json({"code": 404, "message": "no such route"}, 404)

    def _is_login(self, form: dict[str, str]) -> bool:
        """Whether the credentials are the world's: Zoom's by Basic, Microsoft's in the form, Google's signed."""
        logins = self.site.world["logins"]
        grant = form.get("grant_type", "")
        if grant == "account_credentials":
            user, _, secret = base64.b64decode(self.headers.get("Authorization", "Basic ")[6:]).decode().partition(":")
            return bool([form.get("account_id"), user, secret] == logins["zoom"])
        if grant == "client_credentials":
            tenant = unquote(self.path.split("/")[1])
            given = [tenant, form.get("client_id"), form.get("client_secret")]
            return bool(given == logins["teams"] and form["scope"].endswith("/.default"))
        if grant == "refresh_token":
            given = [form.get(key) for key in ("client_id", "client_secret", "refresh_token")]
            return bool(given == logins["refresh"])
        if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            claims = jwt.decode(form["assertion"], RSAKey.import_key(logins["meet"]), algorithms=["RS256"]).claims
            is_now = claims["iat"] <= time.time() < claims["exp"] <= claims["iat"] + 3600
            return bool(is_now and claims["sub"] in self.site.world["meet"] and claims["aud"].endswith("/token"))
        return False

    def _note(self) -> None:
        self.site.note(
            {
                "method": self.command,
                "path": self.path,
                "port": self.connection.getsockname()[1],
                "token": self.headers.get("Authorization", ""),
                "range": self.headers.get("Range", ""),
                "if_range": self.headers.get("If-Range", ""),
            }
        )

    def _json(self, body: Any, status: int = 200, *, fault: dict[str, Any] | None = None) -> None:
        self._answer(status, json.dumps(body).encode(), {"Content-Type": "application/json"}, fault)

    def _redirect(self, place: str) -> None:
        self._answer(302, b"", {"Location": place})

    def _fail(self, fault: dict[str, Any]) -> None:
        body = fault.get("body", "")
        text = body if isinstance(body, str) else json.dumps(body)
        if "redirect" in fault:
            return self._redirect(fault["redirect"].replace("{other}", str(self.site.ports[1])))
        return self._answer(fault["status"], text.encode(), fault.get("headers", {}))

    def _answer(self, status: int, body: bytes, headers: dict[str, str], fault: dict[str, Any] | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._write(body, fault)

    def _write(self, body: bytes, fault: dict[str, Any] | None) -> None:
        """A body, or the first bytes of it and then nothing more, where a fault says so."""
        if not fault or not {"cut", "hang"} & fault.keys():
            self.wfile.write(body)
            return
        self.wfile.write(body[: fault.get("cut", fault.get("hang"))])
        self.wfile.flush()
        if "hang" in fault:
            time.sleep(60)
        self.close_connection = True

    def _file(self, name: str, fault: dict[str, Any] | None) -> None:
        """A file, or what lacks of it where it is the same one still; cut off or held up where a fault says so."""
        content = (self.site.folder / "files" / name).read_bytes()
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        is_same = self.headers.get("If-Range", tag) == tag
        begin = int(asked[1]) if asked and is_same else 0
        if begin > len(content) or (begin and begin == len(content)):
            return self._answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
        part = content[begin:]
        self.send_response(206 if begin else 200)
        self.send_header("Content-Type", "application/octet-stream")
        if not (fault and fault.get("untagged")):
            self.send_header("ETag", tag)
        if not (fault and fault.get("unsized")):
            self.send_header("Content-Length", str(len(part)))
        if begin:
            shifted = begin + (fault or {}).get("shift", 0)
            self.send_header("Content-Range", f"bytes {shifted}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        return self._write(part, fault)


class Stored:
    """A file of the folder as an answer."""

    def __init__(self, name: str) -> None:
        self.name = name


Answer = tuple[Any] | tuple[Any, int] | str | Stored
NOT_FOUND: Answer = ({"code": 404, "message": "not found"}, 404)


def page_of(
    handler: Handler, listed: list[Any], token: str, key: str, next_key: str, extra: dict[str, Any] | None = None
) -> Answer:
    """One page of a list, and the token of the next one."""
    size = handler.site.world.get("page_size", 2)
    begin = int(token or 0)
    following = str(begin + size) if begin + size < len(listed) else ""
    more = {next_key: following} if following or next_key == "next_page_token" else {}
    return ({key: listed[begin : begin + size], **more, **(extra or {})},)


def zoom_recordings(handler: Handler, query: dict[str, str], user: str = "") -> Answer:
    world = handler.site.world["zoom"]
    first, last = (date.fromisoformat(query[key]) for key in ("from", "to"))
    if last - first > timedelta(days=ZOOM_MOST_DAYS):
        return ({"code": 300, "message": "The next page token is invalid or expired."}, 400)
    if user and user not in world["users"]:
        return ({"code": 1001, "message": f"User does not exist: {user}."}, 404)
    theirs = world["users"][user] if user else [each for listed in world["users"].values() for each in listed]
    meetings = [
        {key: value for key, value in meeting.items() if key != "participant_audio_files"}
        for meeting in theirs
        if first <= datetime.fromisoformat(meeting["start_time"]).date() <= last
    ]
    return page_of(handler, meetings, query.get("next_page_token", ""), "meetings", "next_page_token")


def zoom_meeting(handler: Handler, query: dict[str, str], quoted: str) -> Answer:
    meetings = [meeting for listed in handler.site.world["zoom"]["users"].values() for meeting in listed]
    found = next((meeting for meeting in meetings if meeting["uuid"] == unquote(quoted)), None)
    return (found,) if found else ({"code": 3301, "message": "This recording does not exist."}, 404)


def zoom_participants(handler: Handler, query: dict[str, str], quoted: str) -> Answer:
    people = handler.site.world["zoom"]["participants"].get(unquote(quoted))
    if people is None:
        return ({"code": 3001, "message": "Meeting does not exist."}, 404)
    return page_of(handler, people, query.get("next_page_token", ""), "participants", "next_page_token")


def zoom_download(handler: Handler, query: dict[str, str], name: str) -> Answer:
    return f"http://127.0.0.1:{handler.site.ports[1]}/{name}?signature=presigned-secret"


def graph_page(handler: Handler, query: dict[str, str], listed: list[Any]) -> Answer:
    size = handler.site.world.get("page_size", 2)
    begin = int(query.get("$skiptoken", 0))
    path = urlsplit(handler.path).path
    link = f"http://127.0.0.1:{handler.site.ports[0]}{path}?$skiptoken={begin + size}"
    more = {"@odata.nextLink": link} if begin + size < len(listed) else {}
    return ({"@odata.context": "x", "value": listed[begin : begin + size], **more},)


def graph_all(handler: Handler, query: dict[str, str], user: str, what: str, arguments: str) -> Answer:
    organiser = handler.site.world["teams"].get(user)
    if organiser is None:
        return ({"error": {"code": "UnknownError", "message": f"User {user} not found"}}, 404)
    given = dict(re.findall(r"(\w+)=([^,]+)", arguments))
    if given["meetingOrganizerUserId"] != f"'{user}'":
        return ({"error": {"code": "BadRequest"}}, 400)
    first, last = (datetime.fromisoformat(given[key]) for key in ("startDateTime", "endDateTime"))
    listed = [
        each for each in organiser[what.lower()] if first <= datetime.fromisoformat(each["createdDateTime"]) < last
    ]
    return graph_page(handler, query, listed)


def graph_meeting(handler: Handler, query: dict[str, str], user: str, meeting: str) -> Answer:
    organiser = handler.site.world["teams"][user]
    about = {"id": meeting, "subject": organiser["subject"], "chatInfo": {"threadId": organiser["thread"]}}
    wanted = query.get("$select", "").split(",")
    return ({key: value for key, value in about.items() if key in ("id", *wanted)},)


def graph_chat(handler: Handler, query: dict[str, str], thread: str) -> Answer:
    """The messages of a chat, the newest first, as the order that must be asked for has them."""
    organisers = handler.site.world["teams"].values()
    organiser = next((each for each in organisers if each["thread"] == unquote(thread)), None)
    if organiser is None or ("$skiptoken" not in query and query.get("$orderby") != "createdDateTime desc"):
        return NOT_FOUND
    return graph_page(handler, query, organiser["messages"])


def graph_content(handler: Handler, query: dict[str, str], user: str, meeting: str, item: str, form: str) -> Answer:
    if form == "content" and query.get("$format", "text/vtt") != "text/vtt":
        return NOT_FOUND
    name = handler.site.world["teams"][user]["files"].get(f"{item}/{form}")
    return Stored(name) if name else NOT_FOUND


def graph_video(handler: Handler, query: dict[str, str], user: str, meeting: str, item: str) -> Answer:
    name = handler.site.world["teams"][user]["files"].get(f"{item}/video")
    return f"http://127.0.0.1:{handler.site.ports[1]}/{name}?tempauth=presigned-secret" if name else NOT_FOUND


def graph_reports(handler: Handler, query: dict[str, str], user: str, meeting: str) -> Answer:
    return graph_page(handler, query, handler.site.world["teams"][user]["reports"])


def graph_records(handler: Handler, query: dict[str, str], user: str, meeting: str, report: str) -> Answer:
    return graph_page(handler, query, handler.site.world["teams"][user]["records"][report])


def meet_conferences(handler: Handler, query: dict[str, str]) -> Answer:
    bounds = re.fullmatch(r'start_time>="(.+?)" AND start_time<"(.+?)"', query["filter"])
    if bounds is None:
        return ({"error": {"code": 400, "status": "INVALID_ARGUMENT"}}, 400)
    first, last = map(datetime.fromisoformat, bounds.groups())
    listed = [
        {"name": each["name"], "startTime": each["startTime"]}
        for user in handler.site.world["meet"].values()
        for each in user
        if first <= datetime.fromisoformat(each["startTime"]) < last
    ]
    return page_of(handler, listed, query.get("pageToken", ""), "conferenceRecords", "nextPageToken")


def meet_list(handler: Handler, query: dict[str, str], parent: str, key: str) -> Answer:
    conferences = {each["name"]: each for user in handler.site.world["meet"].values() for each in user}
    conference = conferences[f"conferenceRecords/{parent.split('/')[0]}"]
    child = parent.partition("/")[2]
    within = conference["lists"].get(f"{child}/{key}" if child else key, [])
    names = {"participantSessions": "participantSessions", "entries": "transcriptEntries"}
    return page_of(handler, within, query.get("pageToken", ""), names.get(key, key), "nextPageToken")


def drive_file(handler: Handler, query: dict[str, str], file_id: str) -> Answer:
    about = handler.site.world["drive"].get(file_id)
    if about is None:
        return ({"error": {"code": 404, "message": "File not found"}}, 404)
    if query.get("alt") == "media":
        return Stored(about["stored"])
    wanted = query["fields"].split(",")
    return ({key: value for key, value in about.items() if key in wanted},)


def drive_export(handler: Handler, query: dict[str, str], file_id: str) -> Answer:
    if not query["mimeType"].endswith("wordprocessingml.document"):
        return NOT_FOUND
    return Stored(handler.site.world["drive"][file_id]["stored"])


_MEETING = r"/v1\.0/users/([^/]+)/onlineMeetings/([^/]+)"
ROUTES: list[tuple[str, Any]] = [
    (r"/v2/users/([^/]+)/recordings", zoom_recordings),
    (r"/v2/accounts/me/recordings", zoom_recordings),
    (r"/v2/meetings/([^/]+)/recordings", zoom_meeting),
    (r"/v2/report/meetings/([^/]+)/participants", zoom_participants),
    (r"/rec/download/([^/]+)", zoom_download),
    (r"/v1\.0/users/([^/]+)/onlineMeetings/getAll(Recordings|Transcripts)\((.*)\)", graph_all),
    (_MEETING, graph_meeting),
    (rf"{_MEETING}/recordings/([^/]+)/content", graph_video),
    (rf"{_MEETING}/transcripts/([^/]+)/(content|metadataContent)", graph_content),
    (rf"{_MEETING}/attendanceReports", graph_reports),
    (rf"{_MEETING}/attendanceReports/([^/]+)/attendanceRecords", graph_records),
    (r"/v1\.0/chats/([^/]+)/messages", graph_chat),
    (r"/v2/conferenceRecords", meet_conferences),
    (r"/v2/conferenceRecords/(.+)/(\w+)", meet_list),
    (r"/drive/v3/files/([^/]+)", drive_file),
    (r"/drive/v3/files/([^/]+)/export", drive_export),
]


def main() -> None:
    """Serves until it is killed."""
    site = Site(Path(sys.argv[1]))
    handler = type("PlatformHandler", (Handler,), {"site": site})
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2)]
    site.ports = (servers[0].server_address[1], servers[1].server_address[1])
    threading.Thread(target=servers[1].serve_forever, daemon=True).start()
    sys.stdout.write(f"{site.ports[0]} {site.ports[1]}\n")
    sys.stdout.flush()
    servers[0].serve_forever()


if __name__ == "__main__":
    main()
