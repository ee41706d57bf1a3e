"""The words of the pages for participants beside those of a notice, in the languages that we have; else in English."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES = (
    "yes", "no", "email", "name", "place", "place_hint", "named", "send", "missing", "thanks", "keep", "notice",
    "filed", "withdraw", "withdraw_ask", "withdraw_does", "withdrawn", "optional", "preview", "preview_intro",
    "preview_until", "preview_chat", "preview_still", "preview_ask", "preview_why", "preview_object", "preview_agree",
    "preview_objected", "preview_agreed",
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
        "What would be public of you",
        "This is all that would be published of what you said and wrote; what is silent or in brackets is taken out.",
        "You can object until", "What you wrote in the chat", "The picture at", "May this be published?",
        "What is wrong with it?", "I object", "It may be published",
        "You object. Nothing is published until somebody has decided about it, and they will write to you.",
        "You said that it may be published. You can still object.",
    ),
    "de": (
        "Ja", "Nein", "Ihre E-Mail-Adresse", "Ihr Name", "Wo sind Sie, wenn Sie teilnehmen?",
        "Land, und Bundesstaat, wo es einen gibt", "Dürfen wir Ihren Namen nennen?", "Absenden",
        "Bitte beantworten Sie jede Frage und geben Sie Ihre E-Mail-Adresse an.", "Ihre Antwort ist gespeichert.",
        "Bewahren Sie diese Seite auf: Der Link unten widerruft Ihre Einwilligung jederzeit, ohne Anmeldung.",
        "Hinweis", "Gespeichert", "Meine Einwilligung widerrufen", "Ihre Einwilligung in alles widerrufen?",
        "Was mit Ihnen veröffentlicht ist, wird sofort zurückgezogen, und nichts Neues entsteht mit Ihnen.",
        "Ihre Einwilligung ist widerrufen. Was mit Ihnen veröffentlicht war, ist zurückgezogen.", "freiwillig",
        "Was von Ihnen öffentlich würde",
        "Das ist alles, was von Ihren Worten veröffentlicht würde; was stumm ist oder in Klammern steht, ist entfernt.",
        "Sie können widersprechen bis", "Was Sie im Chat schrieben", "Das Bild bei", "Darf das veröffentlicht werden?",
        "Was ist daran falsch?", "Ich widerspreche", "Es darf veröffentlicht werden",
        "Sie widersprechen. Nichts wird veröffentlicht, bis jemand darüber entschieden hat und Ihnen schreibt.",
        "Sie sagten, dass es veröffentlicht werden darf. Sie können noch widersprechen.",
    ),
    "fr": (
        "Oui", "Non", "Votre adresse e-mail", "Votre nom", "Où êtes-vous lorsque vous participez ?",
        "Pays, et État s’il y en a un", "Pouvons-nous citer votre nom ?", "Envoyer",
        "Veuillez répondre à chaque question et indiquer votre adresse e-mail.", "Votre réponse est enregistrée.",
        "Gardez cette page : le lien ci-dessous retire votre consentement à tout moment, sans connexion.", "Notice",
        "Enregistré", "Retirer mon consentement", "Retirer votre consentement à tout ?",
        "Ce qui est publié avec vous est retiré aussitôt, et rien de nouveau n’est fait avec vous.",
        "Votre consentement est retiré. Ce qui était publié avec vous est retiré.", "facultatif",
        "Ce qui serait public de vous",
        "Voici tout ce qui serait publié de vos paroles ; ce qui est muet ou entre crochets est retiré.",
        "Vous pouvez vous opposer jusqu’au", "Ce que vous avez écrit dans le chat", "L’image à",
        "Est-ce que cela peut être publié ?", "Qu’est-ce qui ne va pas ?", "Je m’oppose", "Cela peut être publié",
        "Vous vous opposez. Rien n’est publié avant que quelqu’un ait décidé et vous ait écrit.",
        "Vous avez dit que cela peut être publié. Vous pouvez encore vous opposer.",
    ),
    "es": (
        "Sí", "No", "Su correo electrónico", "Su nombre", "¿Dónde está cuando participa?",
        "País, y estado donde lo haya", "¿Podemos usar su nombre?", "Enviar",
        "Responda a todas las preguntas e indique su correo electrónico.", "Su respuesta está registrada.",
        "Guarde esta página: el enlace de abajo retira su consentimiento en cualquier momento, sin iniciar sesión.",
        "Aviso", "Registrado", "Retirar mi consentimiento", "¿Retirar su consentimiento a todo?",
        "Lo que está publicado con usted se retira de inmediato, y no se hace nada nuevo con usted.",
        "Su consentimiento está retirado. Lo que estaba publicado con usted se ha retirado.", "opcional",
        "Lo que sería público de usted",
        "Esto es todo lo que se publicaría de sus palabras; lo que está en silencio o entre corchetes se ha quitado.",
        "Puede oponerse hasta", "Lo que escribió en el chat", "La imagen en", "¿Se puede publicar?",
        "¿Qué hay de malo?", "Me opongo", "Se puede publicar",
        "Usted se opone. Nada se publica hasta que alguien lo haya decidido y le haya escrito.",
        "Usted dijo que se puede publicar. Todavía puede oponerse.",
    ),
}  # fmt: skip


def texts_of(language: str) -> Mapping[str, str]:
    """The words by name, with ``lang``, the language that they are in."""
    known = language.partition("-")[0].lower()
    known = known if known in _TEXTS else "en"
    return {"lang": known, **dict(zip(_NAMES, _TEXTS[known], strict=True))}


def preferred_language(accepted: str) -> str:
    """The first language that a browser asks for in ``Accept-Language``."""
    return (accepted or "en").partition(",")[0].partition("-")[0].partition(";")[0].strip().lower()
