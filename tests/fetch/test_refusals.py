"""What a platform's refusal is to its reader: the scopes that it names, and no other word of it."""

from __future__ import annotations

import pytest

from pipeline.errors import ConfigurationError, InputRefused
from pipeline.fetch.refusals import NotFound, explained

ZOOM = "Invalid access token, does not contain scopes:[cloud_recording:read:list_user_recordings:admin]."
GRAPH = "Missing role permissions on the request. API requires one of 'OnlineMeetingRecording.Read.All' for Jane.Doe@x."
GOOGLE = '{"status": "PERMISSION_DENIED", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "metadata": {"service": "meet"}}'


@pytest.mark.parametrize(
    ("status", "words", "named"),
    [
        (400, ZOOM, "cloud_recording:read:list_user_recordings:admin"),
        (403, GRAPH, "OnlineMeetingRecording.Read.All"),
        (403, GOOGLE, "what it needs"),
        (403, "No application access policy found for this app", "what it needs"),
        (403, "Jane Doe may not: 10:20:30", "what it needs"),
    ],
)
def test_a_missing_permission_is_named(status: int, words: str, named: str) -> None:
    error = explained(status, words, scope="what it needs")
    assert isinstance(error, ConfigurationError) and error.message.endswith(f"a permission: {named}")
    assert "Jane" not in str(error)


def test_what_is_not_there_and_what_is_refused_otherwise_are_told_apart() -> None:
    assert isinstance(explained(404, "User Jane Doe", scope=""), NotFound)
    other = explained(400, "Jane Doe", scope="")
    assert type(other) is InputRefused and "400" in other.message and "Jane" not in str(other)
    assert isinstance(explained(401, "Jane Doe", scope=""), ConfigurationError)
