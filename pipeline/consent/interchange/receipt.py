"""A participant's receipt: their answers on file, as a page to read and as JSON-LD to keep."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.interchange import dpv
from pipeline.consent.interchange.export import controller_of, party_ids_of, with_places
from pipeline.consent.interchange.record import EVERY_SESSION, PurposeState, Record, records
from pipeline.consent.interchange.vocabulary import METHODS, PURPOSES, WORDS
from pipeline.errors import UsageProblem
from pipeline.store import Workspace
from pipeline.store.database import reading, unreadable_is_closed


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentReceipt:
    """An authoritative copy of one person's record at one moment, with an id of its own."""

    receipt_id: str
    record: Record
    controller: dpv.Controller
    made_at: datetime

    def as_json_ld(self) -> str:
        """The receipt in DPV terms; it holds no name and no address."""
        node = dpv.node(
            self.record,
            kind=dpv.RECEIPT,
            identifier=self.receipt_id,
            controller=self.controller,
            now=self.made_at,
        )
        return dpv.document([node], single=True)

    def as_page(self) -> str:
        """The receipt as one self-contained HTML page, without scripts."""
        return self._rendered("receipt.html", autoescape=True)

    def as_text(self) -> str:
        """The receipt as lines to read on a terminal."""
        return self._rendered("receipt.txt", autoescape=False)

    def _rendered(self, template: str, *, autoescape: bool) -> str:
        states = self.record.states(self.made_at)
        environment = Environment(
            loader=PackageLoader("pipeline", "templates"),
            autoescape=autoescape,
            undefined=StrictUndefined,
            trim_blocks=True,
            keep_trailing_newline=True,
        )
        return environment.get_template(template).render(
            receipt=self,
            states=[state for state in states if _is_worth_a_row(state, states[0].scope)],
            every_session=EVERY_SESSION,
            purposes=PURPOSES,
            words=WORDS,
            methods=METHODS,
        )


def _is_worth_a_row(state: PurposeState, first: str) -> bool:
    """In the first scope every purpose, so that nothing seems forgotten; in any other only what is not absent."""
    return state.scope == first or state.state is not ConsentStatus.ABSENT


def receipt(email_or_party: str, *, workspace: Workspace, now: datetime) -> ConsentReceipt:
    """The receipt of one person on file; raises ``UsageProblem`` when nobody, or more than one, goes by that address.

    Raises ``ConsentUnreadable`` when the log cannot be trusted.
    """
    with unreadable_is_closed(), reading(workspace.db) as connection:
        ids = party_ids_of(email_or_party, connection, workspace)
        if len(ids) > 1:
            raise UsageProblem("several people are on file under that address", action=f"name one: {', '.join(ids)}")
        on_file = list(records(connection, ids))
    (record,) = with_places(on_file, workspace)
    return ConsentReceipt(
        receipt_id=str(UUID(bytes=secrets.token_bytes(16), version=4)),
        record=record,
        controller=controller_of(workspace),
        made_at=now,
    )
