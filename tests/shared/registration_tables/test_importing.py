"""Many at once: the good rows go in, or none, as asked; nobody twice, nobody bothered, never one too many."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shared import clock, events, registrations
from shared.database import new_session
from shared.errors import ImportRefused, RegistrationClosed
from shared.models import AuditEntry, Event, Message, MessageKind, Registration, RegistrationSource
from shared.registration_tables import importing
from shared.registration_tables.importing import Wishes, import_registrations
from shared.schemas.events import EventContent
from shared.schemas.imports import ImportReport, RemarkKind
from shared.schemas.questions import QuestionFacts
from tests.factories import find_registration, make_event, register

EXAMPLE = Path(__file__).parents[3] / "examples" / "registrants.csv"
FIVE = "name,email\n" + "".join(f"P{number},p{number}@example.org\n" for number in range(5))


def take(event: Event, table: str | bytes, wishes: Wishes = Wishes()) -> ImportReport:  # noqa: B008 - it is frozen.
    return import_registrations(event.id, table if isinstance(table, bytes) else table.encode(), wishes, by=None)


def numbers(report: ImportReport) -> dict[str, int]:
    counts = {name: value for name, value in report if isinstance(value, int) and not isinstance(value, bool)}
    return {name: value for name, value in counts.items() if value}


def statuses(session: Session, event: Event) -> Counter[str]:
    session.expire_all()
    return Counter(session.scalars(select(Registration.status).where(Registration.event_id == event.id)))


def kinds(session: Session) -> Counter[str]:
    return Counter(session.scalars(select(Message.kind)))


def test_the_people_of_a_list_are_registered_and_told(session: Session) -> None:
    event = make_event(
        session, places=5, audiences=["City officials", "Landscape architects", "Researchers and students"]
    )

    report = take(event, EXAMPLE.read_bytes())

    assert numbers(report) == {"rows": 8, "registered": 8, "confirmed": 5, "waitlisted": 3}
    assert kinds(session) == {MessageKind.CONFIRMATION: 5, MessageKind.WAITING_LIST: 3}
    tomas = find_registration(session, event, "tomas.quiroga@example.org")
    assert (tomas.name, tomas.country, tomas.language, tomas.source) == (
        "Tomás Quiroga", "AR", "es", RegistrationSource.IMPORT
    )  # fmt: skip
    assert (tomas.consent_version, tomas.consented_at) == (None, None)


def test_without_mail_nobody_is_told(session: Session) -> None:
    event = make_event(session)
    assert take(event, FIVE, Wishes(sends_mail=False)).registered == 5
    assert kinds(session) == {}


def test_good_rows_go_in_and_the_others_are_named(session: Session) -> None:
    event = make_event(session)
    table = (
        "name,email,country\nAda,a@example.org,Spain\n\nBob,bob at example.org,Atlantis\nEve,EVE@example.org,\n,x,\n"
    )

    report = take(event, table)

    assert numbers(report) == {"rows": 4, "registered": 2, "confirmed": 2, "wrong": 2}
    assert [one.row for one in report.remarks] == [4, 4, 6, 6]
    assert {(one.row, one.field) for one in report.remarks} == {
        (4, "address"), (4, "country"), (6, "name"), (6, "address")
    }  # fmt: skip
    assert statuses(session, event) == {"confirmed": 2}


def test_or_none_where_all_were_asked_for(session: Session) -> None:
    event = make_event(session)
    table = FIVE + "Eve,nowhere\n"

    with pytest.raises(ImportRefused, match="1 of 6 rows") as refusal:
        take(event, table, Wishes(all_or_nothing=True))

    assert list(refusal.value.fields) == ["rows.7.address"]
    assert statuses(session, event) == {}
    assert take(event, FIVE, Wishes(all_or_nothing=True)).registered == 5


def test_all_or_nothing_is_one_transaction(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    event = make_event(session)
    monkeypatch.setattr(importing, "CHUNK", 2)
    take(event, FIVE, Wishes(all_or_nothing=True))
    # PostgreSQL notes in each row which transaction wrote it.
    assert session.scalar(text("SELECT count(DISTINCT xmin::text) FROM registration")) == 1


def test_nobody_is_registered_twice_and_who_is_registered_hears_nothing(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, "ada@example.org", name="Ada")
    before = kinds(session)

    report = take(event, "name,email\nSomebody,ADA@example.org\nBob,bob@example.org\nBobby,Bob@Example.org\n",
                  Wishes(sends_mail=False))  # fmt: skip

    assert numbers(report) == {"rows": 3, "registered": 1, "confirmed": 1, "already_registered": 1, "repeated": 1}
    assert [(one.row, one.kind) for one in report.remarks] == [(2, RemarkKind.REGISTERED), (4, RemarkKind.REPEATED)]
    assert kinds(session) == before
    session.refresh(ada)
    assert ada.name == "Ada"


def test_doing_it_again_changes_nothing(session: Session) -> None:
    event = make_event(session, places=3)
    take(event, FIVE)
    before = (statuses(session, event), kinds(session))

    report = take(event, FIVE)

    assert numbers(report) == {"rows": 5, "already_registered": 5}
    assert (statuses(session, event), kinds(session)) == before


def test_an_interrupted_import_is_finished_by_doing_it_again(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    event = make_event(session, places=3)
    monkeypatch.setattr(importing, "CHUNK", 2)

    def interrupt(done: int, most: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_registrations(event.id, FIVE.encode(), Wishes(), by=None, on_progress=interrupt)
    assert statuses(session, event).total() == 4
    # What had gone in is in the log of what organisers do.
    assert [entry.facts["registered"] for entry in session.scalars(select(AuditEntry))][-1] == 4

    assert numbers(take(event, FIVE)) == {"rows": 5, "registered": 1, "waitlisted": 1, "already_registered": 4}
    assert statuses(session, event) == {"confirmed": 3, "waitlisted": 2}
    assert kinds(session).total() == 5


def test_who_cancelled_is_left_in_peace(session: Session) -> None:
    event = make_event(session)
    registrations.cancel(session, register(session, event, "p1@example.org").id)
    registrations.cancel(session, register(session, event, "p2@example.org").id)
    register(session, event, "p2@example.org")
    session.commit()

    report = take(event, FIVE)

    assert numbers(report) == {"rows": 5, "registered": 3, "confirmed": 3, "already_registered": 1, "cancelled": 1}
    assert statuses(session, event) == {"confirmed": 4, "cancelled": 2}


Prepare = Callable[[Session, Event], object]


def nobody(session: Session, event: Event) -> None:
    """The event as it is made."""


def two_of_them(session: Session, event: Event) -> None:
    for number in (1, 3):
        register(session, event, f"p{number}@example.org")


def a_full_house_with_a_queue(session: Session, event: Event) -> None:
    for number in range(5):
        register(session, event, f"other{number}@example.org")


@pytest.mark.parametrize("prepare", [nobody, two_of_them, a_full_house_with_a_queue])
@pytest.mark.parametrize("places", [None, 0, 3, 4, 100])
@pytest.mark.parametrize("all_or_nothing", [True, False])
def test_a_dry_run_says_what_then_happens_and_stores_nothing(
    session: Session, prepare: Prepare, places: int | None, all_or_nothing: bool
) -> None:
    event = make_event(session, places=places)
    prepare(session, event)
    before = (statuses(session, event), kinds(session))

    foretold = take(event, FIVE, Wishes(is_dry_run=True))
    assert (statuses(session, event), kinds(session)) == before
    report = take(event, FIVE, Wishes(all_or_nothing=all_or_nothing))

    assert foretold.is_dry_run
    assert foretold.model_copy(update={"is_dry_run": False}) == report


def test_an_import_is_one_entry_of_the_audit_log_without_names(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(session, places=3)
    monkeypatch.setattr(importing, "CHUNK", 2)
    take(event, FIVE)

    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "registrations.imported"))
    assert entry.facts == {"registered": 5, "confirmed": 3, "waitlisted": 2, "sends_mail": True}


def test_organisers_may_add_people_after_registration_closed_but_not_to_what_is_called_off(session: Session) -> None:
    event = make_event(session, registration_closes_at=clock.now() - timedelta(days=1))
    assert take(event, FIVE).registered == 5
    events.cancel(session, event.id, reason=None)
    session.commit()
    with pytest.raises(RegistrationClosed, match="cancelled"):
        take(event, FIVE, Wishes(is_dry_run=True))


def test_others_register_between_the_chunks(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    event = make_event(session, places=4)
    monkeypatch.setattr(importing, "CHUNK", 2)

    def somebody_comes(done: int, most: int) -> None:
        if done == 3:
            with new_session() as own:
                register(own, event, "quick@example.org")

    report = import_registrations(event.id, FIVE.encode(), Wishes(), by=None, on_progress=somebody_comes)

    assert (report.confirmed, report.waitlisted) == (3, 2)
    assert find_registration(session, event, "quick@example.org").position == 3


def test_a_long_list_of_mistakes_is_cut_and_counted(session: Session) -> None:
    event = make_event(session)
    report = take(event, "name,email\n" + ",\n" * 10 + "A,wrong\n" * 1500)
    assert report.wrong == 1500
    assert len(report.remarks) == 1000


def test_a_rule_that_changes_meanwhile_is_told_by_row(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    event = make_event(session, audiences=["Students"])
    monkeypatch.setattr(importing, "CHUNK", 1)
    table = "name,email,audience\nAda,ada@example.org,Students\nBob,bob@example.org,Students\n"

    def change_audiences(done: int, most: int) -> None:
        with new_session() as own:
            events.edit(own, event.id, EventContent(audiences=["Teachers"]), version=None)
            own.commit()

    report = import_registrations(event.id, table.encode(), Wishes(), by=None, on_progress=change_audiences)

    assert numbers(report) == {"rows": 2, "registered": 1, "confirmed": 1, "wrong": 1}
    assert [(one.row, one.field) for one in report.remarks] == [(3, "audience")]


def test_answers_are_read_in_the_terms_of_the_questions(session: Session) -> None:
    choices = [{"key": "none", "label": "No meat, thanks"}, {"key": "vegan", "label": "Vegan"}]
    asked = [
        {"key": "diet", "kind": "choices", "label": "What do you eat?", "choices": choices, "is_required": True},
        {"key": "guests", "kind": "number", "label": "How many come along?", "maximum": 5},
        {"key": "pictures", "kind": "consent", "label": "May we take pictures?"},
    ]
    event = make_event(session, questions=[QuestionFacts.model_validate(one) for one in asked])
    table = (
        "name;email;What do you eat?;guests;May we take pictures\n"
        "Ada;ada@example.org;vegan, No meat, thanks;2;sí\n"
        "Bob;bob@example.org;Fish;9;\n"
        "Eve;eve@example.org;;;no\n"
    )

    foretold, report = (take(event, table, Wishes(is_dry_run=dry)) for dry in (True, False))

    assert numbers(foretold) == numbers(report) == {"rows": 3, "registered": 2, "confirmed": 2, "wrong": 1}
    assert [(one.row, one.field) for one in report.remarks] == [(3, "answers.diet"), (3, "answers.guests")]
    ada = find_registration(session, event, "ada@example.org").answers
    assert (ada["diet"], ada["guests"], ada["pictures"]["agreed"]) == (["none", "vegan"], 2, True)
    assert set(find_registration(session, event, "eve@example.org").answers) == {"pictures"}
