"""The sections of the settings that are about people at work: reviews, reports and pages."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.settings.section import Section

Role = Literal["reviewer", "lead", "pm", "dpo", "admin", "auditor"]
_ADDRESS = r"^$|^https?://[^/\s]+$"


class ReviewSettings(Section):
    """How sessions and requests are reviewed."""

    resolvers: tuple[str, ...] = Field((), description="Accounts of this machine that may see who is behind an alias.")
    leads: tuple[str, ...] = Field(
        (), description="Accounts of leads: by command they make rules, and decide what is flagged."
    )
    second_person: bool = Field(False, description="A sign-off needs somebody who decided nothing in the session.")
    second_person_for: tuple[Literal["PERSON", "COMPANY", "TERM"], ...] = Field(
        (), description="Of PERSON, COMPANY and TERM those that only two people keep, the second of them a lead."
    )
    shared_account: bool = Field(
        False,
        description="Several people use one account of this machine: where two are needed, names tell them apart.",
    )
    # A choice: long enough to come back from a week's leave, short enough that a release can be planned.
    preview_days: int = Field(10, ge=1, le=90, description="Days that participants have to object to a preview.")
    preview_required: bool = Field(
        False,
        description="A public release waits until all who are in it had a preview and answered, or let its days pass.",
    )
    # More than half would be less a sample than a second job.
    blind_rate: float = Field(
        0.0,
        ge=0.0,
        le=0.5,
        description="The share of listed names and terms that the page shows as a guess, as a check.",
    )


class ReportSettings(Section):
    """What the morning report tells."""

    titles: bool = Field(False, description="Name the titles of sessions in the report; a title may hold a secret.")


class WebSettings(Section):
    """How pages are served."""

    public_url: str = Field("", pattern=_ADDRESS, description="What links for participants begin with.")
    login: Literal["local", "oidc", "proxy"] = Field(
        "local",
        description="How staff log in: by one-time links, an OpenID Connect provider, or a proxy that knows them.",
    )
    staff_url: str = Field(
        "", pattern=_ADDRESS, description="For oidc and proxy: what staff reach the review app under."
    )
    roles: dict[Role, tuple[str, ...]] = Field({}, description="For oidc and proxy: by role the groups that have it.")
    groups_claim: str = Field("groups", min_length=1, description="For oidc: the claim that lists somebody's groups.")
    name_claim: str = Field(
        "email",
        min_length=1,
        description="For oidc: the claim that decisions are kept under; an e-mail must be verified.",
    )
    oidc_issuer: str = Field("", pattern=r"^$|^https?://\S+$", description="For oidc: the provider's issuer.")
    oidc_client_id: str = Field("", description="For oidc: this app's id there.")
    oidc_scopes: str = Field("openid email profile", pattern=r"\bopenid\b", description="For oidc: what is asked for.")
    secret_file: str = Field(
        "", description="For oidc: a file with the client's secret; for proxy: with the secret that the proxy sends."
    )
    proxy_user_header: str = Field("x-forwarded-user", description="For proxy: the header that names somebody.")
    proxy_groups_header: str = Field(
        "x-forwarded-groups", description="For proxy: the header with their groups, with commas between them."
    )
