"""Which part of the product a sentence is about, by its words."""

from __future__ import annotations

import re

OTHER = "other"
_WORDS = {
    "client libraries": r"""sdks? client clients librar(?:y|ies) python typescript javascript java golang rust ruby
        package bindings? types?""",
    "retries & delivery": r"""retr(?:y|ies|ied|ying) deliver\w* webhooks? queue\w* dead_letter backoff idempoten\w*
        ordering batch\w* redeliver\w* replay\w*""",
    "security & auth": r"""auth\w* oauth sso saml tokens? keys? secrets? permissions? roles? login log_in password
        encrypt\w* certificates? audit\w* scim mfa rotat\w*""",
    "docs": r"docs? documentation examples? tutorials? guides? readme samples? reference changelog",
    "monitoring": r"""monitor\w* metrics? logs? logging alerts? alerting dashboards? trac(?:e|es|ing)
        observab\w* graphs? notif\w* status""",
    "billing": r"""bill(?:ing|ed|s)? invoices? pric(?:e|es|ing) costs? plans?_tier quotas? usage
        subscription refund\w* budget""",
    "performance": r"""slow fast(?:er)? latency throughput performance memory cpu timeouts? time_out
        scal(?:e|es|ing) cach\w* speed seconds concurren\w*""",
    "user interface": r"""ui ux button screen page dark_mode menu click\w* console keyboard shortcut search
        filter\w* sort\w* layout theme""",
    "data": r"""export\w* import\w* csv json schema quer(?:y|ies) database table migrat\w* backups?
        retention format""",
    "command line": r"cli command_line terminal shell script\w*",
}
_AREAS = {area: re.compile(rf"\b(?:{'|'.join(words.split()).replace('_', ' ')})\b") for area, words in _WORDS.items()}


def area_of(text: str) -> str:
    """The area with the most words in a text in small letters; the first of the table when two have as many."""
    counts = {area: len(pattern.findall(text)) for area, pattern in _AREAS.items()}
    best = max(counts, key=lambda area: counts[area])
    return best if counts[best] else OTHER
