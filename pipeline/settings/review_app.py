"""The sections of the settings that are about people at work: reviews, reports and pages."""

from __future__ import annotations

from pydantic import Field

from pipeline.settings.section import Section


class ReviewSettings(Section):
    """How a review is finished."""

    second_person: bool = Field(False, description="A sign-off needs somebody who decided nothing in the session.")


class ReportSettings(Section):
    """What the morning report tells."""

    titles: bool = Field(False, description="Name the titles of sessions in the report; a title may hold a secret.")


class WebSettings(Section):
    """How pages are served."""

    public_url: str = Field("", pattern=r"^$|^https?://[^/\s]+$", description="What links to the form begin with.")
