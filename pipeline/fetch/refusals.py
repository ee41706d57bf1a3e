"""What a platform's refusal means for a person: one line, without a word of the answer but the names of scopes."""

from __future__ import annotations

import re

from pipeline.errors import ConfigurationError, InputRefused, OffrecordError

_UNAUTHORISED, _FORBIDDEN, _NOT_FOUND, _GONE = 401, 403, 404, 410
_SCOPE = re.compile(
    r"[a-z_]+(?::[a-z_]+){2,}|[A-Z]\w+\.Read(?:Write)?\.[A-Z]\w+|https://www\.googleapis\.com/auth/[\w.]+"
)
_NO_SCOPE = re.compile(
    r"does not contain scopes|insufficient authentication scopes|insufficientPermissions|Missing role permissions|"
    r"API requires one of|ACCESS_TOKEN_SCOPE_INSUFFICIENT|application access policy",
    re.IGNORECASE,
)


class NotFound(InputRefused):
    """The platform has nothing under that address: a user, a meeting or a file that is not there or not any more."""


def explained(status: int, words: str, *, scope: str) -> OffrecordError:
    """The error that an answer is to its reader; ``scope`` is what the request needs to be permitted."""
    if _NO_SCOPE.search(words):
        return denied(_named_scopes(words) or scope)
    if status == _UNAUTHORISED:
        return ConfigurationError(
            "the platform no longer accepts the credentials", action="renew them in the credentials file"
        )
    if status == _FORBIDDEN:
        return denied(scope)
    if status in (_NOT_FOUND, _GONE):
        return NotFound("the platform does not have it (any more)", action="see on the platform whether it was deleted")
    return InputRefused(f"the platform answers {status}", action="run again; if it stays, see docs/fetching.md")


def denied(scope: str) -> ConfigurationError:
    """What is said where a permission is missing."""
    return ConfigurationError(
        f"the platform refuses for lack of a permission: {scope}", action="grant it to the app, see docs/fetching.md"
    )


def _named_scopes(words: str) -> str:
    """The scopes that an answer itself names, as one text; empty where it names none in a form that is known."""
    scopes = _SCOPE.findall(words)
    return ", ".join(dict.fromkeys(scopes))
