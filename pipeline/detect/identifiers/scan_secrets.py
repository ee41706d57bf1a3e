"""Scans a text with the detectors of detect-secrets, offline; the only importer of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from detect_secrets.filters import heuristic
from detect_secrets.plugins import (
    artifactory,
    aws,
    azure_storage_key,
    basic_auth,
    cloudant,
    discord,
    github_token,
    gitlab_token,
    ibm_cloud_iam,
    ibm_cos_hmac,
    jwt,
    keyword,
    mailchimp,
    npm,
    openai,
    pypi_token,
    sendgrid,
    slack,
    softlayer,
    square_oauth,
    stripe,
    telegram_token,
    twilio,
)
from detect_secrets.plugins.base import BasePlugin


def scanned(text: str) -> Iterator[tuple[int, int]]:
    """The characters of each secret that is found, line by line, but for references and templates."""
    at = 0
    for line in text.splitlines(keepends=True):
        for secret in {value for detector in _detectors() for value in detector.analyze_string(line) if value}:
            place = line.find(secret)
            if place >= 0 and not heuristic.is_templated_secret(secret) and _is_no_reference(secret):
                yield at + place, at + place + len(secret)
        at += len(line)


@cache
def _detectors() -> tuple[BasePlugin, ...]:
    """The detectors that look at one line and nothing else; none of them is asked to verify, which needs a network."""
    return (
        artifactory.ArtifactoryDetector(),
        aws.AWSKeyDetector(),
        azure_storage_key.AzureStorageKeyDetector(),
        basic_auth.BasicAuthDetector(),
        cloudant.CloudantDetector(),
        discord.DiscordBotTokenDetector(),
        github_token.GitHubTokenDetector(),
        gitlab_token.GitLabTokenDetector(),
        ibm_cloud_iam.IbmCloudIamDetector(),
        ibm_cos_hmac.IbmCosHmacDetector(),
        jwt.JwtTokenDetector(),
        keyword.KeywordDetector(),
        mailchimp.MailchimpDetector(),
        npm.NpmDetector(),
        openai.OpenAIDetector(),
        pypi_token.PypiTokenDetector(),
        sendgrid.SendGridDetector(),
        slack.SlackDetector(),
        softlayer.SoftlayerDetector(),
        square_oauth.SquareOAuthDetector(),
        stripe.StripeDetector(),
        telegram_token.TelegramBotTokenDetector(),
        twilio.TwilioKeyDetector(),
    )


def _is_no_reference(secret: str) -> bool:
    """Whether a secret has a letter or digit at all and is no reference to where it is kept."""
    return not heuristic.is_not_alphanumeric_string(secret) and not heuristic.is_prefixed_with_dollar_sign(secret)
