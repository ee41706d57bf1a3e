"""The consent form for participants: no login, no script, nothing else reachable; and its link that withdraws."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from pipeline.consent.notices.forms import Form
from pipeline.errors import InputRefused
from pipeline.web.form_texts import preferred_language, texts_of
from pipeline.web.site import site_of
from pipeline.workflow.consent_form import (
    Answers,
    Invitation,
    Question,
    file_form,
    questions_of,
    read_invitation,
    read_withdrawal,
    withdraw_by_link,
)


def consent_form(request: Request) -> Response:
    """The notice with its questions."""
    invitation, form = _invitation(request)
    return _form_page(request, invitation, form, {})


def send_consent(request: Request, fields: Mapping[str, str]) -> Response:
    """Files an answer and shows its receipt; or the form again, saying what is missing, with what was filled in."""
    site = site_of(request)
    invitation, form = _invitation(request)
    questions = questions_of(form)
    answers = Answers(
        yes={each.name: fields[each.name] == "yes" for each in questions if fields.get(each.name) in ("yes", "no")},
        email=fields.get("email", ""),
        name=fields.get("name", ""),
        place=fields.get("place", ""),
        may_be_named=fields.get("named") == "yes",
    )
    try:
        receipt = file_form(invitation, form, answers, workspace=site.workspace, now=site.now)
    except InputRefused:
        return _form_page(request, invitation, form, fields, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return site.page(request, "form_receipt.html", form=form, receipt=receipt, texts=texts_of(form.language))


def withdrawal_form(request: Request) -> Response:
    """Asks once whether to withdraw; nothing is withdrawn by opening the link, as mail scanners do."""
    site = site_of(request)
    read_withdrawal(request.path_params["secret"], workspace=site.workspace)
    return site.page(
        request,
        "form_withdraw.html",
        withdrawn=False,
        texts=texts_of(preferred_language(request.headers.get("accept-language", ""))),
    )


def withdraw(request: Request, _: Mapping[str, str]) -> Response:
    """Withdraws everything, at once."""
    site = site_of(request)
    withdraw_by_link(request.path_params["secret"], workspace=site.workspace, now=site.now)
    return site.page(
        request,
        "form_withdraw.html",
        withdrawn=True,
        texts=texts_of(preferred_language(request.headers.get("accept-language", ""))),
    )


def _invitation(request: Request) -> tuple[Invitation, Form]:
    site = site_of(request)
    return read_invitation(request.path_params["secret"], workspace=site.workspace, now=site.now)


def _form_page(
    request: Request,
    invitation: Invitation,
    form: Form,
    fields: Mapping[str, str],
    *,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    questions = questions_of(form)
    return site_of(request).page(
        request,
        "form.html",
        status=status,
        form=form,
        paragraphs=form.text.strip().split("\n\n"),
        questions=questions,
        missing=_missing(questions, fields) if fields else frozenset(),
        fields=fields,
        email=invitation.email,
        texts=texts_of(form.language),
    )


def _missing(questions: tuple[Question, ...], fields: Mapping[str, str]) -> frozenset[str]:
    return frozenset(question.name for question in questions if fields.get(question.name) not in ("yes", "no"))
