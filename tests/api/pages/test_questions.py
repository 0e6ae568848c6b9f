"""Questions on the pages: asked in the reader's words, answered without a script, corrected behind the link."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from httpx2 import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import links
from shared.links import Purpose
from shared.models import Event, Registration
from tests.api.pages.reading import Reading, folded
from tests.factories import find_registration, make_event, register
from tests.shared.test_questions import ask

ADA = {"name": "Ada", "address": "ada@example.org", "consent": "yes", "language": "en"}


def choices(*labels: str) -> list[dict[str, str]]:
    return [{"key": label.lower(), "label": label} for label in labels]


TAG: dict[str, Any] = {"key": "tag", "kind": "short-text", "label": "Name tag", "is_required": True}
HOPES: dict[str, Any] = {"key": "hopes", "kind": "long-text", "label": "Hopes", "help": "In a few lines."}
LUNCH: dict[str, Any] = {
    "key": "lunch", "kind": "choice", "label": "Lunch?", "choices": choices("All", "Vegan"), "is_required": True,
}  # fmt: skip
TOPICS: dict[str, Any] = {
    "key": "topics", "kind": "choices", "label": "Topics", "choices": choices("Trees", "Water", "Shade"), "maximum": 2,
}  # fmt: skip
FIRST: dict[str, Any] = {"key": "first", "kind": "yes-no", "label": "First time?"}
PEOPLE: dict[str, Any] = {"key": "people", "kind": "number", "label": "People in your city", "minimum": 1}
SINCE: dict[str, Any] = {"key": "since", "kind": "date", "label": "In office since"}
PHOTOS: dict[str, Any] = {"key": "photos", "kind": "consent", "label": "Photos of me are fine.", "is_required": True}
ALL = [TAG, HOPES, LUNCH, TOPICS, FIRST, PEOPLE, SINCE, PHOTOS]
RIGHT: dict[str, Any] = {
    "tag": "Ada L.", "hopes": "Shade\r\nand water", "lunch": "vegan", "topics": ["", "water", "trees"], "first": "no",
    "people": "1,200", "since": "2024-02-29", "photos": ["", "yes"],
}  # fmt: skip
WRONG: dict[str, Any] = {
    "tag": "A" * 10_000, "hopes": "Sombra y agua: " + "ñ" * 10_000, "lunch": "steak",
    "topics": ["trees", "water", "shade"],
    "first": "perhaps", "people": "many", "since": "29/02/2024", "photos": "",
}  # fmt: skip


def named(answers: dict[str, Any]) -> dict[str, Any]:
    return {f"answers.{key}": value for key, value in answers.items()}


def send(client: TestClient, event: Event, answers: dict[str, Any], query: str = "", **usual: str) -> Response:
    path = f"/events/{event.slug}/register{query}"
    return client.post(path, data=ADA | usual | named(answers), follow_redirects=False)


def problems(response: Response) -> dict[str, str]:
    """What the summary says, by the field that it links to."""
    found = BeautifulSoup(response.text, "lxml").select(".summary a")
    return {str(link["href"]).removeprefix("#answers."): folded(link) for link in found}


def of_ada(session: Session, event: Event) -> Registration:
    session.expire_all()
    return find_registration(session, event, "ada@example.org")


def link_of(registration: Registration) -> str:
    return f"/my/{links.sign(Purpose.MY, registration.id)}"


def test_every_kind_is_answered_on_the_page(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ask(session, event, *ALL)

    answer = send(client, event, RIGHT)

    assert answer.status_code == 303
    answers = of_ada(session, event).answers
    assert answers.pop("photos")["agreed"] is True
    assert answers == {
        "tag": "Ada L.", "hopes": "Shade\nand water", "lunch": "vegan", "topics": ["trees", "water"], "first": False,
        "people": 1200, "since": "2024-02-29",
    }  # fmt: skip


def test_what_need_not_be_answered_can_be_left_open(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ask(session, event, HOPES, TOPICS, FIRST, PEOPLE, SINCE, PHOTOS | {"is_required": False})
    left_open = {"hopes": " ", "topics": "", "first": "", "people": "", "since": "", "photos": ""}

    assert send(client, event, left_open).status_code == 303

    answers = of_ada(session, event).answers
    assert answers.pop("photos")["agreed"] is False
    assert answers == {}


def test_a_page_full_of_mistakes_comes_back_with_everything_typed(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ask(session, event, *ALL)

    answer = send(client, event, WRONG, name="", consent="")

    assert answer.status_code == 422
    assert problems(answer) == {
        "#name": "Write your name.",
        "tag": "Name tag – This is too long: shorten it to 200 characters.",
        "hopes": "Hopes – This is too long: shorten it to 5,000 characters.",
        "lunch": "Lunch? – Choose from what is offered.",
        "topics": "Topics – Choose at most 2.",
        "first": "First time? – Choose from what is offered.",
        "people": "People in your city – Write a number, with digits only.",
        "since": "In office since – Write a date as year, month and day, such as 2027-03-31.",
        "photos": "Photos of me are fine. – Tick this box if you agree: without it you cannot register.",
        "#consent": "Tick this box if you agree: without it your registration cannot be kept.",
    }
    assert list(problems(answer))[-1] == "#consent"
    html = BeautifulSoup(answer.text, "lxml")
    values = {str(one["name"]): one.get("value") for one in html.select("input[type=text], input[type=date]")}
    assert values["answers.tag"] == WRONG["tag"]
    assert (values["answers.people"], values["answers.since"]) == ("many", "29/02/2024")
    assert html.select_one("textarea").string.removeprefix("\n") == WRONG["hopes"]  # type: ignore[union-attr]
    assert [one["value"] for one in html.select("[name='answers.topics'][checked]")] == WRONG["topics"]
    assert session.scalar(select(func.count()).select_from(Registration)) == 0


def test_nothing_answered_names_all_that_is_required_and_links_to_it(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ask(session, event, *ALL)

    answer = send(client, event, {})

    assert list(problems(answer)) == ["tag", "lunch", "photos"]
    html = BeautifulSoup(answer.text, "lxml")
    for link in html.select(".summary a"):
        [target] = html.find_all(id=str(link["href"]).removeprefix("#"))
        assert target.name == "input"
        described = target if target.get("aria-describedby") else target.find_parent("fieldset")
        assert described is not None
        assert described["aria-invalid"] == "true"
        for name in str(described["aria-describedby"]).split():
            assert html.find(id=name) is not None


def test_characters_that_are_refused_are_named_and_not_shown_again(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ask(session, event, TAG)

    answer = send(client, event, {"tag": "Ada \u202egpj\x07"})

    assert "characters that cannot be shown" in problems(answer)["tag"]
    tag = BeautifulSoup(answer.text, "lxml").find(id="answers.tag")
    assert tag is not None
    assert tag["value"] == "Ada gpj"


def test_questions_are_asked_in_the_readers_language_or_in_the_events_own(client: TestClient, session: Session) -> None:
    event = make_event(session, text_language="ca")
    translated = LUNCH | {"translations": {"es": {"label": "¿Qué come?", "choices": {"vegan": "Vegano"}}}}
    ask(session, event, translated, HOPES | {"label": "Què n'espereu?"})

    page = Reading(client, f"/events/{event.slug}?lang=es")

    assert page.find("fieldset legend bdi") == "¿Qué come?"
    assert page.attribute("fieldset legend bdi", "lang") == "es"
    assert page.all(".option label") == ["All", "Vegano"]
    assert [one["lang"] for one in page.html.select(".option bdi")] == ["ca", "es"]
    assert page.attribute("label[for='answers.hopes'] bdi", "lang") == "ca"
    answer = send(client, event, {"lunch": ""}, "?lang=es")
    assert problems(answer)["lunch"].startswith("¿Qué come? – ")


def test_labels_from_right_to_left_keep_their_direction(client: TestClient, session: Session) -> None:
    event = make_event(session, text_language="ar")
    ask(session, event, HOPES | {"label": "ماذا تتوقعون؟", "help": None})

    page = Reading(client, f"/events/{event.slug}")

    label = page.html.select_one("label[for='answers.hopes'] bdi")
    assert label is not None
    assert (label["dir"], label["lang"]) == ("rtl", "ar")
    assert page.attribute("textarea", "dir") == "auto"


def test_html_in_labels_and_answers_is_text(client: TestClient, session: Session) -> None:
    event = make_event(session)
    hostile = "<script>alert(1)</script> 100%s {{ 7 * 7 }}"
    lunch = LUNCH | {"label": hostile, "help": hostile, "choices": [{"key": "all", "label": hostile}]}
    ask(session, event, lunch, HOPES | {"label": hostile}, PEOPLE | {"label": hostile})

    answer = send(client, event, {"lunch": "", "hopes": "</textarea><script>", "people": "50%<b>"})

    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    html = BeautifulSoup(answer.text, "lxml")
    assert folded(html.select_one("legend")).startswith(hostile)
    assert problems(answer)["people"].startswith(hostile)
    assert html.select_one("textarea").string == "\n</textarea><script>"  # type: ignore[union-attr]


def test_every_field_has_its_label_and_groups_have_a_legend(client: TestClient, session: Session) -> None:
    event = make_event(session)
    many = {"key": "many", "kind": "choice", "label": "One of many", "choices": choices(*"ABCDEFGH")}
    ask(session, event, *ALL, many)

    page = Reading(client, f"/events/{event.slug}")

    for field in page.html.select("#register form :is(input:not([type=hidden]), select, textarea)"):
        assert len(page.html.select(f"label[for='{field['id']}']")) == 1
    ids = [str(element["id"]) for element in page.html.select("[id]")]
    assert len(ids) == len(set(ids))
    assert page.all("fieldset legend") == ["Lunch? (required)", "Topics", "First time?"]
    assert page.find("[id='answers.topics-hint']") == "Choose up to 2."
    assert page.find("[id='answers.people-hint']") == "At least 1."
    assert page.attribute("[id='answers.since']", "type") == "date"
    assert page.html.select_one("select[name='answers.many']") is not None
    assert page.attribute("fieldset[role=radiogroup]", "aria-required") == "true"


def test_an_audience_and_an_answer_that_are_wrong_are_both_named(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ask(session, event, LUNCH)

    answer = send(client, event, {"lunch": "steak"}, audience="Pirates")

    assert set(problems(answer)) == {"#audience", "lunch"}


NUMBERS = [("en", "1,200.5", 1200.5), ("es", "1.200,5", 1200.5), ("fr", "1 200,5", 1200.5), ("en", "3,5", 3.5),
           ("es", "3.5", 3.5), ("en", "٣", 3), ("fr", "0012", 12)]  # fmt: skip


@pytest.mark.parametrize(("language", "typed", "kept"), NUMBERS)
def test_numbers_are_read_as_the_reader_writes_them_and_come_back_so(
    client: TestClient, session: Session, language: str, typed: str, kept: float
) -> None:
    event = make_event(session)
    ask(session, event, PEOPLE)
    send(client, event, {"people": typed}, f"?lang={language}")
    ada = of_ada(session, event)
    assert ada.answers == {"people": kept}

    shown = Reading(client, f"{link_of(ada)}?lang={language}").attribute("[id='answers.people']", "value")
    client.post(f"{link_of(ada)}?lang={language}", data=ADA | named({"people": shown}))

    assert of_ada(session, event).answers == {"people": kept}


@pytest.mark.parametrize("typed", ["nan", "inf", "1e400", "9" * 300, "--1", "0x10", "1_0 0_"])
def test_what_is_no_number_is_refused(client: TestClient, session: Session, typed: str) -> None:
    event = make_event(session)
    ask(session, event, PEOPLE)

    assert list(problems(send(client, event, {"people": typed}))) == ["people"]


def test_ones_own_answers_are_shown_and_corrected(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ask(session, event, *ALL)
    send(client, event, RIGHT)
    ada = of_ada(session, event)
    agreement = ada.answers["photos"]

    page = Reading(client, link_of(ada))
    checked = {str(one["id"]) for one in page.html.select("[checked]")}
    assert checked == {
        "answers.lunch.vegan.",
        "answers.topics",
        "answers.topics.water.",
        "answers.first.no.",
        "answers.photos",
    }
    assert page.attribute("[id='answers.people']", "value") == "1200"

    corrected = RIGHT | {"hopes": "", "lunch": "all", "topics": "", "first": "", "since": "2025-01-01"}
    answer = client.post(link_of(ada), data=ADA | named(corrected), follow_redirects=False)

    assert answer.status_code == 303
    assert of_ada(session, event).answers == {
        "tag": "Ada L.", "lunch": "all", "people": 1200, "since": "2025-01-01", "photos": agreement,
    }  # fmt: skip


def test_a_wrong_correction_names_the_question_and_changes_nothing(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ask(session, event, *ALL)
    send(client, event, RIGHT)
    ada = of_ada(session, event)
    before = ada.answers

    answer = client.post(link_of(ada), data=ADA | named(RIGHT | {"people": "0", "photos": ""}), follow_redirects=False)

    assert answer.status_code == 422
    assert problems(answer) == {
        "people": "People in your city – Write a number that is at least 1.",
        "photos": "Photos of me are fine. – Tick this box if you agree: without it you cannot register.",
    }
    assert of_ada(session, event).answers == before


def test_a_choice_that_was_taken_out_stays_with_those_who_took_it(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ask(session, event, TOPICS)
    send(client, event, {"topics": ["trees", "water"]})
    ada = of_ada(session, event)
    ask(session, event, TOPICS | {"choices": choices("Water", "Shade")})

    assert Reading(client, link_of(ada)).all(".option label") == ["Water", "Shade", "Trees"]
    assert Reading(client, f"/events/{event.slug}").all(".option label") == ["Water", "Shade"]
    client.post(link_of(ada), data=ADA | named({"topics": ["shade", "trees"]}))

    assert of_ada(session, event).answers == {"topics": ["shade", "trees"]}


def test_a_form_from_before_the_questions_leaves_answers_alone(client: TestClient, session: Session) -> None:
    event = make_event(session)
    ask(session, event, TOPICS, FIRST)
    ada = register(session, event, "ada@example.org", answers={"topics": ["water"], "first": True})

    client.post(link_of(ada), data=ADA | {"name": "Ada L."})

    ada = of_ada(session, event)
    assert (ada.name, ada.answers) == ("Ada L.", {"topics": ["water"], "first": True})


def test_an_event_that_asks_nothing_ignores_answers(client: TestClient, session: Session) -> None:
    event = make_event(session)

    assert send(client, event, {"lunch": "all"}).status_code == 303
    assert of_ada(session, event).answers == {}
