"""Events, statistics and drafts as the API would answer them, for tests and for looking at the pages."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4, uuid5
from zoneinfo import ZoneInfo

from shared.schemas.events import CalendarSummary, EventAnswer, EventSummary
from shared.schemas.programme import ItemKind, Part, PersonFacts
from shared.schemas.remarks import Reading, Remark, Weight
from shared.schemas.stats import (
    AudienceCount,
    ChoiceCount,
    CityCount,
    CountryCount,
    CurvePoint,
    FeedEntry,
    Forecast,
    LocalHour,
    MailCounts,
    PreviousEvent,
    PreviousPoint,
    QuestionCount,
    ReminderState,
    SourceCount,
    Stats,
    Suspicion,
    Totals,
)
from shared.timezones import offset_text

HOSTILE = "![x](http://evil.example/p.png)<img src=http://evil.example/q>"
CALENDAR = CalendarSummary(
    id="00000000-0000-4000-8000-00000000000c",
    slug="international",
    title="International calendar",
    organisation="Learning Cities Network",
    time_zone="Europe/Madrid",
)


def event(
    *,
    title: str = "Cooling cities: heat action plans that work",
    state: str = "published",
    starts_at: datetime | None = None,
    zone: str = "Europe/Madrid",
    minutes: int = 90,
    places: int | None = 500,
    has_start: bool = True,
    **more: Any,
) -> EventAnswer:
    starts = (starts_at or datetime.now(UTC) + timedelta(days=1, hours=16, minutes=30)).replace(microsecond=0)
    ends = starts + timedelta(minutes=minutes)
    clock = {
        "starts_at": starts,
        "ends_at": ends,
        "starts_at_local": starts.astimezone(ZoneInfo(zone)).replace(tzinfo=None),
        "ends_at_local": ends.astimezone(ZoneInfo(zone)).replace(tzinfo=None),
        "time_zone": zone,
        "utc_offset": offset_text(starts, zone),
        "minutes": minutes,
    }
    facts: dict[str, Any] = {
        "id": uuid4(),
        "slug": "cooling-cities",
        "url": "http://127.0.0.1:8000/events/cooling-cities",
        "state": state,
        "is_over": ends < datetime.now(UTC),
        "title": title,
        "form": "Webinar",
        "calendar": CALENDAR,
        "languages": ["en", "es", "fr"],
        "places": places,
        "places_left": places,
        "registered": 0,
        "revision": 0,
        "text_language": "en",
        "introduction": None,
        "contents": [],
        "audiences": [],
        "hosts": [],
        "people": [],
        "programme": [],
        "location": None,
        "is_free": True,
        "price_text": None,
        "is_open_to_all": True,
        "registration_url": None,
        "registration_opens_at": None,
        "registration_closes_at": None,
        "waiting_list_closes_minutes": 0,
        "offer_hours": None,
        "verifies_addresses": False,
        "retention_days": 180,
        "registration_is_open": state == "published",
        "state_reason": None,
        "time_text": None,
        "published_at": None,
        "updated_at": datetime.now(UTC),
        "version": 1,
    }
    return EventAnswer(**facts | (clock if has_start else dict.fromkeys(clock)) | more)


def stats(of: EventAnswer, **changes: Any) -> Stats:
    """A webinar with 300-odd registrations over three weeks. Changes replace totals, or whole parts by their name."""
    now = datetime.now(UTC)
    active = changes.pop("active", 318)
    parts = {name: changes.pop(name) for name in list(changes) if name in Stats.model_fields}
    facts: dict[str, Any] = {
        "server_time": now,
        "version": 1,
        "event": EventSummary(**of.model_dump(include=set(EventSummary.model_fields))),
        "totals": _totals(of, active, changes),
        "curve": curve(now, active),
        "curve_bin_minutes": 360,
        "audiences": _audiences(active),
        "countries": _countries(active),
        "local_hours": _local_hours(active),
        "cities": cities(active),
        "sources": sources(active),
        "previous": previous(of, now),
        "forecast": Forecast(low=120, mid=141, high=163, basis_events=5) if active else None,
        "history_events": 5,
        "questions": [],
        "feed": _feed(now) if active else [],
        "mail": mail(),
        "reminders": _reminders(of, now),
        "suspicion": suspicion(),
    }
    return Stats(**facts | parts)


def _totals(of: EventAnswer, active: int, changes: dict[str, Any]) -> Totals:
    offered = min(active, 17)
    facts: dict[str, Any] = {
        "active": active,
        "confirmed": active - offered,
        "offered": offered,
        "pending": 0,
        "waitlisted": 0,
        "cancelled": min(active, 9),
        "places": of.places,
        "left": None if of.places is None else max(0, of.places - active),
        "fill": None if of.places is None else active / max(of.places, 1),
        "last_24_hours": min(active, 46),
        "day_before": min(active, 31),
        "countries": min(active, 27),
        "cities": min(active, 64),
    }
    return Totals(**facts | changes)


def curve(now: datetime, active: int, *, days: int = 21) -> list[CurvePoint]:
    """A slow start, a steep middle and a last rush."""
    if not active:
        return []
    bins = days * 4
    start = now - timedelta(days=days)
    shares = [((i + 1) / bins) ** 1.25 * (0.82 + 0.18 * ((i * 7) % 5) / 4) for i in range(bins)]
    levels, highest = [], 0
    for share in shares:
        highest = max(highest, round(active * share))
        levels.append(highest)
    levels[-1] = active
    return [
        CurvePoint(
            at=start + timedelta(hours=6 * i), active=level, new=level - (levels[i - 1] if i else 0), cancelled=0
        )
        for i, level in enumerate(levels)
    ]


def _shared_out(active: int, weights: list[int]) -> list[int]:
    numbers = [active * weight // sum(weights) for weight in weights]
    numbers[0] += active - sum(numbers)
    return numbers


def _audiences(active: int) -> list[AudienceCount]:
    names = ["Local and regional government", "Practitioners in urban planning and public health", "Researchers"]
    numbers = _shared_out(active, [39, 27, 14, 12, 8])
    return [
        AudienceCount(
            audience=name,
            confirmed=number - number // 18,
            offered=number // 18,
            pending=0,
            waitlisted=0,
            share=number / active if active else 0,
        )
        for name, number in zip([*names, "Students", None], numbers, strict=True)
        if number
    ]


def questions() -> list[QuestionCount]:
    """What was asked of a hundred people, one of whom wrote something hostile."""
    lunch = [("all", "Everything", 61), ("vegan", "Vegan", 24), ("none", "Nothing", 0)]
    photos = [("yes", "Yes", 95), ("no", "No", 5)]
    return [
        _question("lunch", "What do you eat?", "choices", 80, lunch),
        _question("photos", f"ماذا؟ {HOSTILE}", "consent", 100, photos),
        _question("hopes", "What do you hope for?", "long-text", 1, []),
    ]


def _question(key: str, label: str, kind: str, answered: int, choices: list[tuple[str, str, int]]) -> QuestionCount:
    counts = [ChoiceCount(key=key, label=label, count=number) for key, label, number in choices]
    return QuestionCount(key=key, label=label, kind=kind, answered=answered, choices=counts)


def _countries(active: int) -> list[CountryCount]:
    names = [
        ("ES", "Spain"),
        ("BR", "Brazil"),
        ("KE", "Kenya"),
        ("KR", "South Korea"),
        ("CO", "Colombia"),
        ("IN", "India"),
        ("TZ", "Tanzania"),
        ("BA", "Bosnia & Herzegovina"),
        ("FR", "France"),
        ("MX", "Mexico"),
        ("PT", "Portugal"),
    ]
    numbers = _shared_out(active, [58, 41, 33, 30, 27, 22, 19, 17, 12, 9, 6])
    return [
        CountryCount(country=code, name=name, count=number)
        for (code, name), number in zip(names, numbers, strict=True)
        if number
    ]


def cities(active: int) -> list[CityCount]:
    found = [
        ("Barcelona", "ES", 41.39, 2.16),
        ("São Paulo", "BR", -23.55, -46.63),
        ("Nairobi", "KE", -1.28, 36.82),
        ("Seoul", "KR", 37.57, 126.98),
        ("Bogotá", "CO", 4.61, -74.08),
        ("Bengaluru", "IN", 12.97, 77.59),
        ("Paris", "FR", 48.85, 2.35),
        ("London", "GB", 51.51, -0.13),
        ("Mexico City", "MX", 19.43, -99.13),
        ("Melbourne", "AU", -37.81, 144.96),
    ]
    numbers = _shared_out(active, [58, 41, 33, 30, 27, 22, 19, 17, 12, 9])
    return [
        CityCount(name=name, country=country, latitude=north, longitude=east, count=number)
        for (name, country, north, east), number in zip(found, numbers, strict=True)
        if number
    ]


def sources(active: int) -> list[SourceCount]:
    names = ["newsletter", None, "linkedin.com", "partner-cities"]
    return [
        SourceCount(source=name, registered=number, confirmed=number - number // 9, joined=0)
        for name, number in zip(names, _shared_out(active, [9, 7, 4, 2]), strict=True)
        if number
    ]


def previous(of: EventAnswer, now: datetime) -> PreviousEvent | None:
    if of.starts_at is None:
        return None
    points = [
        PreviousPoint(at=of.starts_at - timedelta(days=24 - day), active=round(270 * (day / 24) ** 1.2))
        for day in range(1, 25)
    ]
    by_now = max([point.active for point in points if point.at <= now], default=0)
    starts_at = of.starts_at - timedelta(weeks=8)
    return PreviousEvent(
        id=uuid4(), title="Streets for people", starts_at=starts_at, at_this_point=by_now, total=270, curve=points
    )


def _local_hours(active: int) -> list[LocalHour]:
    weights = {8: 40, 9: 12, 10: 30, 14: 18, 15: 90, 16: 62, 17: 24, 18: 14, 19: 18, 20: 9, 21: 14, 23: 12, 0: 7, 5: 6}
    return [
        LocalHour(hour=hour, count=number)
        for hour, number in zip(weights, _shared_out(active, list(weights.values())), strict=True)
        if number
    ]


def _feed(now: datetime) -> list[FeedEntry]:
    people = [
        ("Priya", "Seoul", "KR", "Local and regional government", "Climate office", "confirmed", 2),
        ("Rosa", "Amman", "JO", "Practitioners in urban planning and public health", "Public health", "confirmed", 11),
        ("Arjun", "Buenos Aires", "AR", "Researchers", "Universidad Nacional", "offered", 48),
        ("Léa", "Marseille", "FR", "Local and regional government", None, "confirmed", 190),
        ("Hana", "Kigali", "RW", "Students", "University of Rwanda", "confirmed", 900),
        ("Joost", "Rotterdam", "NL", None, "Urban design studio", "confirmed", 7300),
        ("Diego", "Medellín", "CO", "Local and regional government", "Alcaldía", "confirmed", 90000),
        ("Ewa", "Warsaw", "PL", "Researchers", None, "confirmed", 99000),
    ]
    return [
        FeedEntry(
            first_name=name,
            city=city,
            country=country,
            audience=audience,
            organisation=organisation,
            status=status,
            registered_at=now - timedelta(seconds=seconds),
        )
        for name, city, country, audience, organisation, status, seconds in people
    ]


def mail(**changes: Any) -> MailCounts:
    facts: dict[str, Any] = {
        "pending": 321,
        "due": 3,
        "sending": 1,
        "sent": 342,
        "failed": 1,
        "retrying": 2,
        "withdrawn": 9,
        "suppressed": 0,
        "bounced": 4,
        "oldest_waiting_seconds": 1.4,
        "worker_is_alive": True,
        "worker_seen_at": datetime.now(UTC),
    }
    return MailCounts(**facts | changes)


def suspicion(**changes: Any) -> Suspicion:
    since = datetime(2027, 1, 5, 14, 10, tzinfo=UTC)
    facts: dict[str, Any] = {"suspect": 0, "refused": 2, "since": since, "is_burst": False}
    return Suspicion(**facts | changes)


def _reminders(of: EventAnswer, now: datetime) -> list[ReminderState]:
    if of.starts_at is None:
        return []
    rules = [(10080, "sent", 271), (1440, "waiting", 0), (60, "waiting", 0), (10, "waiting", 0), (-1440, "waiting", 0)]
    return [
        ReminderState(
            id=uuid5(of.id, str(minutes)),
            minutes_before=minutes,
            due_at=of.starts_at - timedelta(minutes=minutes),
            state=state,
            sent=sent,
            total=272 if sent else 318,
        )
        for minutes, state, sent in rules
    ]


def draft_from_text(text: str) -> EventAnswer:
    """A draft as an importer would read an announcement whose time zone contradicts its date."""
    lines = [line.strip("# ").strip() for line in text.splitlines() if line.strip()]
    return event(
        title=lines[0][:300],
        state="draft",
        has_start=False,
        places=None,
        time_text="22 July 2027, 3.00 pm (CET)",
        introduction="\n".join(lines[1:3]) or None,
        contents=["What heat does to a city", "Plans that worked", HOSTILE],
        audiences=["Local and regional government", "Researchers", "Students"],
        hosts=["Learning Cities Network"],
        people=[PersonFacts(name="Ana Torres", part=Part.MODERATOR, organisation="City of Barcelona")],
        programme=_programme(),
        remarks=_remarks(),
    )


def _programme() -> list[dict[str, Any]]:
    speaker = PersonFacts(name="Dr. Wanjiru Kamau", role="Head of Resilience", organisation="Nairobi City County")
    return [
        {"title": "Welcome", "kind": ItemKind.WELCOME, "minutes": 10, "people": []},
        {"title": "Heat action plans, ten years on", "kind": ItemKind.TALK, "minutes": 25, "people": [speaker]},
        {"title": f"Questions {HOSTILE}", "kind": ItemKind.QUESTIONS, "minutes": None, "people": []},
    ]


def _remarks() -> list[Remark]:
    local = datetime(2027, 7, 22, 15)
    readings = [
        _reading("local", "15:00 in Madrid, summer time (CEST, UTC+2)", local, "Europe/Madrid", 13, suggested=True),
        _reading(
            "literal", f"14:00 UTC: CET as written (UTC+1) {HOSTILE}", local.replace(hour=16), "Europe/Madrid", 14
        ),
    ]
    return [
        Remark(
            code="zone-contradicts-date",
            weight=Weight.DOUBT,
            field="starts_at",
            message="CET is not in force on 22 July 2027; most of Europe is on CEST (UTC+2) that day.",
            excerpt="3.00 pm (CET)",
            readings=readings,
        ),
        Remark(
            code="minutes-missing",
            weight=Weight.NOTE,
            field="programme",
            message="One programme item has no length; the times after it are estimates.",
            excerpt=f"Questions {HOSTILE}",
        ),
        Remark(code="unused", weight=Weight.IGNORED, message="This line was not understood.", excerpt="Follow us on …"),
    ]


def _reading(key: str, label: str, local: datetime, zone: str, utc_hour: int, *, suggested: bool = False) -> Reading:
    return Reading(
        key=key,
        label=label,
        starts_at_local=local,
        time_zone=zone,
        starts_at=datetime(2027, 7, 22, utc_hour, tzinfo=UTC),
        suggested=suggested,
    )
