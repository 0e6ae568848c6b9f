"""What the form asks for, and why: one line for each field and each question, in the reader's words."""

from typing import NamedTuple

from services.api.pages.texts import N_
from shared import questions
from shared.models import Event, Question
from shared.translations import translations


class Purpose(NamedTuple):
    """`language` is that of the organiser's words; None where they are ours, in the reader's language."""

    label: str
    why: str
    language: str | None = None


_FIELDS = (
    ("name", N_("Name"), N_("So that the hosts know who comes, and our mails can greet you.")),
    ("address", N_("E-mail address"), N_("Your confirmation, changes and reminders go there; one address, one place.")),
    ("organisation", N_("Organisation"), N_("So that the hosts know whom they talk to.")),
    ("city", N_("City"), N_("To count where people come from.")),
    ("country", N_("Country"), N_("To count where people come from.")),
    ("audience", N_("You come as"), N_("So that the hosts can prepare for those who come.")),
    ("language", N_("Language of the mails"), N_("So that you can read them.")),
    ("time_zone", N_("Your time zone"), N_("So that the mails show your own time too.")),
    (
        "came_from",
        N_("What led you here"),
        N_("The name of a link or of the site it stood on, to count what people follow."),
    ),
)
_ASKED_BY_THE_HOSTS = N_("The hosts ask this to prepare the event.")


def purposes(event: Event, language: str) -> list[Purpose]:
    gettext = translations(language).gettext
    shown = [field for field in _FIELDS if field[0] != "audience" or event.audiences]
    fields = [Purpose(gettext(label), gettext(why)) for _, label, why in shown]
    return fields + [_of_question(event, question, language) for question in questions.asked(event)]


def _of_question(event: Event, question: Question, language: str) -> Purpose:
    why = questions.explanation(question, language) or translations(language).gettext(_ASKED_BY_THE_HOSTS)
    spoken = language if questions.is_translated(question, language) else event.text_language
    return Purpose(questions.label(question, language), why, spoken)
