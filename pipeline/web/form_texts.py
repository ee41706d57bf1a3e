"""The words of the consent form beside those of its notice, in the languages that we have them in; else in English."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES = (
    "yes", "no", "email", "name", "place", "place_hint", "named", "send", "missing", "thanks", "keep", "notice",
    "filed", "withdraw", "withdraw_ask", "withdraw_does", "withdrawn", "optional",
)  # fmt: skip
_TEXTS = {
    "en": (
        "Yes", "No", "Your e-mail address", "Your name", "Where are you when you take part?",
        "Country, and state where there is one", "May we use your name?", "Send",
        "Please answer every question and give your e-mail address.", "Your answer is filed.",
        "Keep this page: the link below withdraws your consent at any time, without a login.", "Notice", "Filed",
        "Withdraw my consent", "Withdraw your consent to everything?",
        "What is published with you is withdrawn at once, and nothing new is made with you.",
        "Your consent is withdrawn. What was published with you is withdrawn.", "optional",
    ),
    "de": (
        "Ja", "Nein", "Ihre E-Mail-Adresse", "Ihr Name", "Wo sind Sie, wenn Sie teilnehmen?",
        "Land, und Bundesstaat, wo es einen gibt", "Dürfen wir Ihren Namen nennen?", "Absenden",
        "Bitte beantworten Sie jede Frage und geben Sie Ihre E-Mail-Adresse an.", "Ihre Antwort ist gespeichert.",
        "Bewahren Sie diese Seite auf: Der Link unten widerruft Ihre Einwilligung jederzeit, ohne Anmeldung.",
        "Hinweis", "Gespeichert", "Meine Einwilligung widerrufen", "Ihre Einwilligung in alles widerrufen?",
        "Was mit Ihnen veröffentlicht ist, wird sofort zurückgezogen, und nichts Neues entsteht mit Ihnen.",
        "Ihre Einwilligung ist widerrufen. Was mit Ihnen veröffentlicht war, ist zurückgezogen.", "freiwillig",
    ),
    "fr": (
        "Oui", "Non", "Votre adresse e-mail", "Votre nom", "Où êtes-vous lorsque vous participez ?",
        "Pays, et État s’il y en a un", "Pouvons-nous citer votre nom ?", "Envoyer",
        "Veuillez répondre à chaque question et indiquer votre adresse e-mail.", "Votre réponse est enregistrée.",
        "Gardez cette page : le lien ci-dessous retire votre consentement à tout moment, sans connexion.", "Notice",
        "Enregistré", "Retirer mon consentement", "Retirer votre consentement à tout ?",
        "Ce qui est publié avec vous est retiré aussitôt, et rien de nouveau n’est fait avec vous.",
        "Votre consentement est retiré. Ce qui était publié avec vous est retiré.", "facultatif",
    ),
    "es": (
        "Sí", "No", "Su correo electrónico", "Su nombre", "¿Dónde está cuando participa?",
        "País, y estado donde lo haya", "¿Podemos usar su nombre?", "Enviar",
        "Responda a todas las preguntas e indique su correo electrónico.", "Su respuesta está registrada.",
        "Guarde esta página: el enlace de abajo retira su consentimiento en cualquier momento, sin iniciar sesión.",
        "Aviso", "Registrado", "Retirar mi consentimiento", "¿Retirar su consentimiento a todo?",
        "Lo que está publicado con usted se retira de inmediato, y no se hace nada nuevo con usted.",
        "Su consentimiento está retirado. Lo que estaba publicado con usted se ha retirado.", "opcional",
    ),
}  # fmt: skip


def texts_of(language: str) -> Mapping[str, str]:
    """The words by name, with ``lang``, the language that they are in."""
    known = language.partition("-")[0].lower()
    known = known if known in _TEXTS else "en"
    return {"lang": known, **dict(zip(_NAMES, _TEXTS[known], strict=True))}
