"""One session through every stage, in order.

Each line of ``process`` is a module of ``pipeline.workflow``::

    keep_published    of a session whose original is kept no longer, only what is published already
    analyse           consent → speech → detect → review: the ruling, the transcript, the proposals and decisions
    plan_renditions   review: one approved plan for each audience
    audit_published   what is published already, held against these plans
    publish_all       render → proof → tag: published once it is proved, with consent read again
    summarise         the session's line in the morning report
"""

from __future__ import annotations

from datetime import datetime

from pipeline.records import Session, SessionProgress
from pipeline.store import Workspace
from pipeline.workflow.analyse import AnalysedSession, analyse
from pipeline.workflow.audit_published import audit_published
from pipeline.workflow.plan_renditions import plan_renditions
from pipeline.workflow.publish import publish_all
from pipeline.workflow.results import stop_session, summarise
from pipeline.workflow.retention.kept_renditions import keep_published


def process(session: Session, workspace: Workspace, *, now: datetime) -> SessionProgress:
    """Moves one session as far as consent and review allow; nothing is published that did not pass its proof."""
    if kept := keep_published(session, workspace, now=now):
        return kept
    analysed = analyse(session, workspace, now=now)
    if not isinstance(analysed, AnalysedSession):
        return stop_session(session, workspace, analysed, now=now)
    plans = plan_renditions(analysed)
    exposures = audit_published(analysed, plans)
    published = publish_all(analysed, plans)
    return summarise(published.analysed, published.outcomes, exposures=exposures)
