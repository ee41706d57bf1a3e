"""How messages of a chat quote others: the marks around a quote, and how a reply or a reaction begins."""

from __future__ import annotations

import re

QUOTED = re.compile(r"[\"“„«「『‹]([^\"“”«»「」『』‹›\n]{1,2000})[\"”“»」』›]|^[ \t]*>+[ \t]*(\S.*)$", re.MULTILINE)
"""A text between quotation marks, or a line behind ``>``, in its first or second group."""
REPLY = re.compile(
    r"\s*(?:repl(?:y|ying|ied)\b|in reply to|reacted\b|removed an?\b.*\breaction"
    r"|(?:als )?antwort|reagier|hat .*reagiert|reaktion|(?:en )?répon|a réagi|réaction"
    r"|respond|en respuesta|em resposta|resposta|reaccion|ha reaccionado|reagiu"
    r"|in risposta|rispond|ha reagito|(?:in )?antwoord|reageer|(?:в )?ответ"
    r"|回复|回应|回覆|对|對|返信|リアクション|답장|반응)",
    re.IGNORECASE,
)
"""How a message begins that says what it answers or reacts to, in the languages of the platforms."""
MARKS = '"“”„«»「」『』‹›'
"""Quotation marks, of whichever side."""
