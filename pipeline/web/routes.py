"""The table of routes: what there is, and who may; nothing is served that is not in it."""

from __future__ import annotations

from pipeline.web import (
    pages_consent,
    pages_form,
    pages_lead,
    pages_login,
    pages_preview,
    pages_queue,
    pages_requests,
    pages_review,
    pages_voices,
    review_api,
    session_api,
)
from pipeline.web.oidc import CALLBACK, START
from pipeline.web.review_api import answered
from pipeline.web.roles import EVERYBODY, HEARS_ORIGINALS, SEES_CONSENT, SETTLES_CONSENT, TableRoute, WebRole
from pipeline.web.site import posted

_LEAD = frozenset({WebRole.LEAD})
_NAMES_VOICES = HEARS_ORIGINALS | SETTLES_CONSENT
_SEES_LEDGER = frozenset({WebRole.DPO, WebRole.AUDITOR, WebRole.ADMIN})
_SEES_REPORTS = EVERYBODY - {WebRole.PM}
_HEARS_RENDITIONS = EVERYBODY - {WebRole.ADMIN}
_SEES_REQUESTS = frozenset({WebRole.PM, WebRole.LEAD, WebRole.REVIEWER})
_SESSION = "/sessions/{session}"

PARTICIPANT_ROUTES = (
    TableRoute("GET", "/static/{name}", pages_queue.static, None),
    TableRoute("GET", "/consent/{secret}", pages_form.consent_form, None),
    TableRoute("POST", "/consent/{secret}", posted(pages_form.send_consent), None),
    TableRoute("GET", "/withdraw/{secret}", pages_form.withdrawal_form, None),
    TableRoute("POST", "/withdraw/{secret}", posted(pages_form.withdraw), None),
    TableRoute("GET", "/preview/{secret}", pages_preview.preview, None),
    TableRoute("POST", "/preview/{secret}", posted(pages_preview.answer), None),
    TableRoute("GET", "/preview/{secret}/sound/{number:int}", pages_preview.sound, None),
    TableRoute("GET", "/preview/{secret}/still/{number:int}", pages_preview.still, None),
)
"""All that a participant can reach: the form, its receipt's link, their preview, and a style sheet."""

STAFF_ROUTES = (
    TableRoute("GET", "/login", pages_login.login_page, None),
    TableRoute("GET", START, pages_login.start_login, None),
    TableRoute("GET", CALLBACK, pages_login.finish_login, None),
    TableRoute("GET", "/login/{secret}", pages_login.login, None),
    TableRoute("POST", "/logout", pages_login.logout, EVERYBODY),
    TableRoute("GET", "/", pages_queue.home, EVERYBODY),
    TableRoute("GET", "/queue", pages_queue.queue, HEARS_ORIGINALS),
    TableRoute("POST", "/queue/next", posted(pages_queue.take_next), HEARS_ORIGINALS),
    TableRoute("POST", f"{_SESSION}/lease", answered(session_api.lease), HEARS_ORIGINALS),
    TableRoute("GET", f"{_SESSION}/review", pages_review.review_page, HEARS_ORIGINALS),
    TableRoute("GET", f"{_SESSION}/review.json", answered(review_api.review_data), HEARS_ORIGINALS),
    TableRoute("GET", f"{_SESSION}/audio", answered(session_api.audio), HEARS_ORIGINALS),
    TableRoute("GET", f"{_SESSION}/picture", answered(session_api.picture), HEARS_ORIGINALS),
    TableRoute("GET", f"{_SESSION}/covers", answered(session_api.covers), HEARS_ORIGINALS),
    TableRoute("GET", f"{_SESSION}/same-words", answered(review_api.count_words), HEARS_ORIGINALS),
    TableRoute("POST", f"{_SESSION}/proposals/{{proposal}}/decision", answered(review_api.decide), HEARS_ORIGINALS),
    TableRoute("POST", f"{_SESSION}/proposals/{{proposal}}/reveal", answered(review_api.reveal), HEARS_ORIGINALS),
    TableRoute(
        "POST", f"{_SESSION}/proposals/{{proposal}}/category", answered(review_api.change_category), HEARS_ORIGINALS
    ),
    TableRoute("POST", f"{_SESSION}/findings", answered(review_api.add_finding), HEARS_ORIGINALS),
    TableRoute("POST", f"{_SESSION}/findings/{{finding}}/edges", answered(review_api.move_edges), HEARS_ORIGINALS),
    TableRoute("POST", f"{_SESSION}/edits/{{number:int}}/undo", answered(review_api.undo_edit), HEARS_ORIGINALS),
    TableRoute("POST", f"{_SESSION}/speakers/{{speaker}}", answered(review_api.assign_speaker), HEARS_ORIGINALS),
    TableRoute("POST", f"{_SESSION}/search", answered(review_api.search), HEARS_ORIGINALS),
    TableRoute("POST", f"{_SESSION}/submit", answered(review_api.submit), HEARS_ORIGINALS),
    TableRoute("GET", f"{_SESSION}/voices", pages_voices.voices_page, _NAMES_VOICES),
    TableRoute("POST", f"{_SESSION}/voices", posted(pages_voices.act_on_voice), _NAMES_VOICES),
    TableRoute("GET", f"{_SESSION}/voices/{{number:int}}/clip", pages_voices.clip, _NAMES_VOICES),
    TableRoute("GET", f"{_SESSION}/sign-off", pages_review.sign_off_page, HEARS_ORIGINALS),
    TableRoute("POST", f"{_SESSION}/sign-off", posted(pages_review.sign), _LEAD),
    TableRoute("GET", f"{_SESSION}/rendition/{{audience}}/{{name}}", pages_review.rendition, _HEARS_RENDITIONS),
    TableRoute("GET", f"{_SESSION}/consent", pages_consent.consent_of_session, SEES_CONSENT),
    TableRoute("GET", "/holds", pages_consent.holds, SEES_CONSENT),
    TableRoute("POST", "/holds", posted(pages_consent.settle_hold), SETTLES_CONSENT),
    TableRoute("GET", "/matches", pages_consent.matches, SEES_CONSENT),
    TableRoute("POST", "/matches", posted(pages_consent.settle_matches), SETTLES_CONSENT),
    TableRoute("GET", "/rules", pages_lead.rules, _LEAD),
    TableRoute("POST", "/rules", posted(pages_lead.act_on_rules), _LEAD),
    TableRoute("GET", "/quality", pages_lead.quality, _LEAD),
    TableRoute("GET", "/withdrawals", pages_consent.withdrawals, frozenset({WebRole.DPO, WebRole.AUDITOR})),
    TableRoute("GET", "/requests", pages_requests.requests, _SEES_REQUESTS),
    TableRoute("POST", "/requests", posted(pages_requests.decide_request), HEARS_ORIGINALS),
    TableRoute("GET", "/ledger", pages_consent.ledger, _SEES_LEDGER),
    TableRoute("GET", "/reports", pages_queue.reports, _SEES_REPORTS),
    TableRoute("GET", "/settings", pages_queue.settings, frozenset({WebRole.ADMIN, WebRole.AUDITOR})),
)
"""What staff can reach, by role; originals by whoever hears originals alone."""
