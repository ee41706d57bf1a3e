"""A consent record as JSON-LD after ISO/IEC TS 27560 in DPV terms, and back: arrays, and never a key twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.interchange.record import AnsweredNotice, PurposeState, Record, RecordedEvent
from pipeline.consent.interchange.vocabulary import EVENTS, METHODS, PURPOSES, STATES
from pipeline.consent.log.events import Event, EventState, sha256
from pipeline.errors import InputRefused
from pipeline.records import Purpose

CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "loc": "https://w3id.org/dpv/loc#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "oh": "https://example.org/ns/office-hours#",
}
RECORD, RECEIPT = "dpv:ConsentRecord", "dpv:ConsentReceipt"
_SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#"
_EVENT_OF = {term: state for state, term in EVENTS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """Who answers for the recordings, and where people withdraw; both empty until the settings say them."""

    name: str = ""
    withdrawal_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecord:
    """A record as read from a document, with the states that the document gives for its own time."""

    record: Record
    made_at: datetime
    states: tuple[PurposeState, ...]


def record_id(party_id: str) -> str:
    """The UUID of somebody's record, the same in every export."""
    return str(UUID(bytes=bytes.fromhex(sha256(f"oh:record/{party_id}"))[:16], version=4))


def node(record: Record, *, kind: str, identifier: str, controller: Controller, now: datetime) -> dict[str, Any]:
    """One record or receipt as a JSON-LD object without its context."""
    party = _id(f"oh:party/{record.party_id}")
    values: dict[str, Any] = {
        "@id": f"urn:uuid:{identifier}",
        "@type": kind,
        "dct:conformsTo": _id(_SCHEMA + ("record" if kind == RECORD else "receipt")),
        "dct:identifier": identifier,
        "dct:created": _time(now),
        "dpv:hasDataSubject": {**party, "@type": "dpv:DataSubject"},
        "dpv:hasDataController": {**_id("oh:org/controller"), "@type": "dpv:DataController"},
        "dpv:hasJurisdiction": [_id(f"loc:{place}") for place in record.places],
        "dpv:hasNotice": [_notice(notice) for notice in record.notices],
        "dpv:hasProcess": [_process(purpose) for purpose in Purpose],
        "dpv:hasConsentControl": [{"@type": ["dpv:ProvideConsent", "dpv:WithdrawConsent"], **_at(controller)}],
        "dpv:hasRight": [
            {"@type": ["dpv:DataSubjectRight", right], **_at(controller)} for right in ("eu-gdpr:A7-3", "eu-gdpr:A17")
        ],
        "dpv:hasConsentStatus": [_status(recorded, party) for recorded in record.events],
        "oh:stateNow": [_state(state) for state in record.states(now)],
    }
    if controller.name:
        values["dpv:hasDataController"]["dpv:hasName"] = controller.name
    if kind == RECEIPT:
        values["dct:source"] = _id(f"urn:uuid:{record_id(record.party_id)}")
    return values


def document(nodes: Iterable[Mapping[str, Any]], *, single: bool) -> str:
    """The JSON-LD text of one node, or of many as a graph."""
    nodes = list(nodes)
    content = {"@context": CONTEXT, **nodes[0]} if single else {"@context": CONTEXT, "@graph": nodes}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def read(text: str) -> tuple[ReadRecord, ...]:
    """The records of a document of ours; raises ``InputRefused`` for a repeated key or anything that is not known."""
    try:
        content = json.loads(text, object_pairs_hook=unrepeated)
        return tuple(_read(node) for node in content.get("@graph", [content]))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise InputRefused("this is no consent record that can be read", action="export it again") from error


def unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs; raises ``InputRefused`` where a key stands twice, of which parsers keep the last."""
    values = dict(pairs)
    if len(values) < len(pairs):
        raise InputRefused(
            "a key occurs twice in one object of the file",
            action="have it exported again, with an array for several values",
        )
    return values


def _id(name: str) -> dict[str, str]:
    return {"@id": name}


def _time(moment: datetime) -> dict[str, str]:
    text = moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"@value": text, "@type": "xsd:dateTime"}


def _at(controller: Controller) -> dict[str, Any]:
    return {"dpv:isExercisedAt": _id(controller.withdrawal_url)} if controller.withdrawal_url else {}


def _notice(notice: AnsweredNotice) -> dict[str, Any]:
    return {
        "@id": f"oh:notice/{notice.notice_id}/{notice.version}.{notice.language}",
        "@type": "dpv:ConsentNotice",
        "dct:identifier": notice.digest,
        "dct:title": notice.notice_id,
        "dct:language": notice.language,
        "dct:hasVersion": notice.version,
        "oh:sha256": notice.text_sha256,
        "oh:trusted": notice.trusted,
    }


def _process(purpose: Purpose) -> dict[str, Any]:
    terms = PURPOSES[purpose]
    lasts = "dpv:TemporalDuration" if terms.duration.startswith("P") else "dpv:UntilEventDuration"
    return {
        "@id": f"oh:purpose/{purpose}",
        "@type": "dpv:Process",
        "dpv:hasPurpose": _id(terms.purpose),
        "dpv:hasProcessing": [_id(term) for term in terms.processing],
        "dpv:hasPersonalData": [_id(term) for term in terms.data],
        "dpv:hasLegalBasis": _id("dpv:ExpressedConsent"),
        "dpv:hasRecipient": [_id("oh:recipient/public" if purpose.startswith("public_") else "oh:org/controller")],
        "dpv:hasStorageCondition": [
            {"@type": "dpv:StorageLocation", "dpv:hasLocation": _id("oh:location/own-premises")},
            {"@type": "dpv:StorageDuration", "dpv:hasDuration": {"@type": lasts, "rdf:value": terms.duration}},
        ],
    }


def _status(recorded: RecordedEvent, party: Mapping[str, str]) -> dict[str, Any]:
    event = recorded.event
    types = [EVENTS[event.state], *(["dpv:ExpressedConsent"] if event.state is EventState.GIVEN else [])]
    status: dict[str, Any] = {
        "@id": f"oh:event/{event.event_id}",
        "@type": types,
        "oh:forProcess": [_id(f"oh:purpose/{event.purpose}")],
        "oh:scope": event.scope,
        "dpv:isIndicatedBy": dict(party),
        "dpv:hasIndicationMethod": METHODS.get(recorded.method, recorded.method),
        "oh:method": recorded.method,
        "dpv:isIndicatedAtTime": _time(event.indicated_at),
        "oh:effectiveFrom": _time(event.effective_from),
        "oh:receivedAt": _time(recorded.received_at),
        "oh:sequence": event.seq,
        "oh:rowKey": event.row_key,
    }
    if event.valid_until is not None:
        status["oh:validUntil"] = _time(event.valid_until)
    if event.notice is not None:
        status["oh:onNotice"] = event.notice
    if event.by_guardian:
        status["oh:byGuardian"] = True
    if event.of_age is not None:
        status["oh:ofAge"] = event.of_age
    return status


def _state(state: PurposeState) -> dict[str, Any]:
    node: dict[str, Any] = {
        "@type": list(STATES[state.state]),
        "oh:forProcess": [_id(f"oh:purpose/{state.purpose}")],
        "oh:scope": state.scope,
        "oh:state": state.state.value,
    }
    if state.event_id is not None and state.since is not None:
        node |= {"oh:basedOn": _id(f"oh:event/{state.event_id}"), "oh:since": _time(state.since)}
    if state.until is not None:
        node["oh:validUntil"] = _time(state.until)
    return node


def _read(content: Mapping[str, Any]) -> ReadRecord:
    if content["@type"] not in (RECORD, RECEIPT):
        raise ValueError("neither a record nor a receipt")
    party_id = _after(content["dpv:hasDataSubject"], "oh:party/")
    events = tuple(event for status in content["dpv:hasConsentStatus"] for event in _read_status(status, party_id))
    notices = tuple(
        AnsweredNotice(
            digest=notice["dct:identifier"],
            notice_id=notice["dct:title"],
            version=notice["dct:hasVersion"],
            language=notice["dct:language"],
            text_sha256=notice["oh:sha256"],
            trusted=notice["oh:trusted"],
        )
        for notice in content["dpv:hasNotice"]
    )
    places = tuple(_after(place, "loc:") for place in content["dpv:hasJurisdiction"])
    record = Record(party_id=party_id, events=events, notices=notices, places=places)
    states = tuple(state for node in content["oh:stateNow"] for state in _read_state(node))
    return ReadRecord(record=record, made_at=_read_time(content["dct:created"]), states=states)


def _read_status(status: Mapping[str, Any], party_id: str) -> Iterable[RecordedEvent]:
    (state,) = (_EVENT_OF[term] for term in status["@type"] if term in _EVENT_OF)
    for process in status["oh:forProcess"]:
        event = Event(
            event_id=_after(status, "oh:event/"),
            row_key=status["oh:rowKey"],
            seq=status["oh:sequence"],
            party_id=party_id,
            purpose=Purpose(_after(process, "oh:purpose/")),
            scope=status["oh:scope"],
            state=state,
            indicated_at=_read_time(status["dpv:isIndicatedAtTime"]),
            effective_from=_read_time(status["oh:effectiveFrom"]),
            valid_until=_read_time(status["oh:validUntil"]) if "oh:validUntil" in status else None,
            notice=status.get("oh:onNotice"),
            by_guardian=status.get("oh:byGuardian", False),
            of_age=status.get("oh:ofAge"),
        )
        yield RecordedEvent(event=event, method=status["oh:method"], received_at=_read_time(status["oh:receivedAt"]))


def _read_state(state: Mapping[str, Any]) -> Iterable[PurposeState]:
    for process in state["oh:forProcess"]:
        yield PurposeState(
            purpose=Purpose(_after(process, "oh:purpose/")),
            scope=state["oh:scope"],
            state=ConsentStatus(state["oh:state"]),
            event_id=_after(state["oh:basedOn"], "oh:event/") if "oh:basedOn" in state else None,
            since=_read_time(state["oh:since"]) if "oh:since" in state else None,
            until=_read_time(state["oh:validUntil"]) if "oh:validUntil" in state else None,
        )


def _after(value: Mapping[str, Any], prefix: str) -> str:
    name = str(value["@id"])
    if not name.startswith(prefix):
        raise ValueError("an id of another kind")
    return name.removeprefix(prefix)


def _read_time(value: Mapping[str, str]) -> datetime:
    moment = datetime.fromisoformat(value["@value"])
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment
