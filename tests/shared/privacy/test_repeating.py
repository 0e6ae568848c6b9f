"""A backup brings people back who were erased; the list of erasures, which names nobody, makes them go again."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.models import Registration
from shared.privacy import repeating
from shared.privacy.erasing import erase
from tests.backup import Backup
from tests.factories import make_calendar, make_event, register
from tests.leftovers import leftovers
from tests.shared.privacy.somebody import ADDRESS, WORDS, come, correspond

BOB = "bob@example.org"


def repeat_all(session: Session) -> int:
    erasures = repeating.by_digest(session)
    reports = [repeating.repeat(session, address, erasures) for address in repeating.addresses(session)]
    session.commit()
    return sum(len(one) for one in reports)


def test_who_comes_back_with_a_backup_goes_again(session: Session) -> None:
    event = make_event(session)
    come(session, event)
    register(session, event, BOB)
    backup = Backup(session)
    erase(session, ADDRESS, by=None)
    session.commit()
    kept_elsewhere = repeating.listed(session)
    backup.restore(session)
    assert leftovers(session, WORDS) != []

    assert repeating.note(session, kept_elsewhere) == 1
    assert repeat_all(session) == 1

    assert leftovers(session, WORDS) == []
    assert session.scalars(select(Registration.address)).all() == [BOB]
    assert repeating.listed(session) == kept_elsewhere
    assert (repeating.note(session, kept_elsewhere), repeat_all(session)) == (0, 0)


def test_who_came_again_after_the_erasure_stays(session: Session) -> None:
    event = make_event(session)
    come(session, event)
    erase(session, ADDRESS, by=None)
    session.commit()
    come(session, event)

    assert repeat_all(session) == 0

    assert session.scalars(select(Registration.address)).all() == [ADDRESS]


def test_what_one_calendar_erased_is_erased_again_only_there(session: Session) -> None:
    here, elsewhere = make_calendar(session), make_calendar(session)
    come(session, make_event(session, here))
    there_id = come(session, make_event(session, elsewhere)).id
    backup = Backup(session)
    erase(session, ADDRESS, by=None, calendar=here)
    session.commit()
    facts = repeating.listed(session)
    backup.restore(session)

    repeating.note(session, facts)
    assert repeat_all(session) == 1

    assert session.scalars(select(Registration.id)).all() == [there_id]


def test_nobody_can_read_an_address_from_the_list(session: Session) -> None:
    come(session, make_event(session))
    erase(session, ADDRESS, by=None)
    text = " ".join(fact.model_dump_json() for fact in repeating.listed(session)).lower()
    assert [word for word in WORDS if word.lower() in text] == []


def test_what_stood_elsewhere_than_in_registrations_goes_again_too(session: Session) -> None:
    event = make_event(session)
    correspond(session, event, register(session, event, BOB))
    backup = Backup(session)
    erase(session, ADDRESS, by=None)
    session.commit()
    kept_elsewhere = repeating.listed(session)
    backup.restore(session)
    assert leftovers(session, WORDS) != []

    repeating.note(session, kept_elsewhere)

    assert repeat_all(session) == 1
    assert leftovers(session, WORDS) == []


def test_who_was_invited_or_put_on_a_programme_after_the_erasure_stays(session: Session) -> None:
    event = make_event(session)
    bob = register(session, event, BOB)
    correspond(session, event, bob)
    erase(session, ADDRESS, by=None)
    session.commit()
    other = make_event(session)
    correspond(session, other, register(session, other, BOB))
    before = leftovers(session, WORDS)

    assert repeat_all(session) == 0

    assert leftovers(session, WORDS) == before
