"""Which mentions are one customer's: counted too few rather than too many, since a count lets names be shown.

A company is the same by its name without legal form, by a name that begins with the other ("Orchard", "Orchard
Analytics"), and by the domain of its people's addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.export.mentions import Mention
from pipeline.lexicon import company_words


def customers_of(mentions: Iterable[Mention]) -> Mapping[str, str]:
    """By ``asker`` of these mentions the customer that it is, under one key each; who is not known is nobody."""
    parents: dict[str, str] = {}

    def root(node: str) -> str:
        while parents.setdefault(node, node) != node:
            node = parents[node]
        return node

    def join(node: str, other: str) -> None:
        parents[root(node)] = root(other)

    known = [mention for mention in mentions if mention.asker]
    names = {company_words(mention.company) for mention in known if mention.company}
    for mention in known:
        join(mention.asker, mention.asker)
        if mention.domain:
            join(mention.asker, f"@{mention.domain}")
        if mention.company:
            join(mention.asker, " ".join(company_words(mention.company)))
    for words in names:
        for length in range(1, len(words)):
            if words[:length] in names:
                join(" ".join(words), " ".join(words[:length]))
    return {mention.asker: root(mention.asker) for mention in known}
