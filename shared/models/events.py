"""Events with their programme, people and reminder rules, and the narrow row that guards the places."""

from datetime import datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared import clock
from shared.models.calendars import Calendar
from shared.models.declarative import Identified, Model


class EventState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class Speaker(Identified, Model):
    """Somebody on the programme whom we can write to: one address at one event. Never shown to the public.

    `sequence` and `entry_sequence` are of the calendar hold, as in Registration. `told` are the slots that the last
    call sheet named, `[{title, starts_at, ends_at}]`, to tell what has changed since.
    """

    __tablename__ = "speaker"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    address: Mapped[str]
    name: Mapped[str]
    language: Mapped[str | None]
    time_zone: Mapped[str | None]
    sequence: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    entry_sequence: Mapped[int | None]
    told: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))

    event: Mapped["Event"] = relationship(back_populates="speakers")

    __table_args__ = (Index("uq_speaker_event_id_lower_address", "event_id", text("lower(address)"), unique=True),)


class Person(Identified, Model):
    """Someone on the programme: of one item, or of the whole event (a moderator, a host) where the item is null."""

    __tablename__ = "person"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme_item.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    part: Mapped[str]
    name: Mapped[str]
    role: Mapped[str | None]
    organisation: Mapped[str | None]
    city: Mapped[str | None]
    speaker_id: Mapped[UUID | None] = mapped_column(ForeignKey("speaker.id", ondelete="SET NULL"), index=True)

    speaker: Mapped[Speaker | None] = relationship(lazy="joined")


class ProgrammeItem(Identified, Model):
    __tablename__ = "programme_item"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[str]
    kind: Mapped[str]
    minutes: Mapped[int | None]
    day: Mapped[int] = mapped_column(default=1)
    starts_at_clock: Mapped[time | None]

    people: Mapped[list[Person]] = relationship(
        order_by=Person.position, lazy="selectin", cascade="all, delete-orphan", passive_deletes=True
    )


class Anchor(StrEnum):
    """What a rule's minutes are counted from. `moment`: the rule's own fixed moment, whatever the event does."""

    START = "start"
    END = "end"
    MOMENT = "moment"


class ReminderRule(Identified, Model):
    """Send this kind of mail this long before (below 0: after) the anchor, to this selection of people.

    `due_at` follows the event; `served_for` is the `due_at` it was served for last, `served_count` to how many.
    With the anchor `moment` and none given, it waits to be resumed, and leaves then. `selection` has the shape of
    `shared.schemas.mail.Selection`, `texts` of `{language: MailText}`.
    """

    __tablename__ = "reminder_rule"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(default="reminder", server_default=text("'reminder'"))
    anchor: Mapped[str] = mapped_column(default=Anchor.START, server_default=text("'start'"))
    minutes_before: Mapped[int]
    moment: Mapped[datetime | None]
    selection: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    is_paused: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    due_at: Mapped[datetime | None]
    served_for: Mapped[datetime | None]
    served_count: Mapped[int | None]

    # The dispatcher's look reads this index only; it holds what is not done yet.
    __table_args__ = (
        Index("ix_reminder_rule_unserved", "due_at", postgresql_where=text("served_for is distinct from due_at")),
    )


class Question(Identified, Model):
    """Something an organiser asks those who register. `key` names it in answers, exports and the API, for good.

    `choices` are `{key, label}`; `translations` has `{language: {label, help, choices: {key: label}}}`. A question, or
    a choice, that somebody answered with is retired rather than removed, so that the answers keep their meaning.
    """

    __tablename__ = "question"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str]
    kind: Mapped[str]
    label: Mapped[str]
    help: Mapped[str | None]
    is_required: Mapped[bool] = mapped_column(default=False)
    choices: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    retired_choices: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    translations: Mapped[dict[str, Any]] = mapped_column(default=dict)
    minimum: Mapped[float | None]
    maximum: Mapped[float | None]
    retired_at: Mapped[datetime | None]

    __table_args__ = (Index("uq_question_event_id_key", "event_id", "key", unique=True),)


class Event(Identified, Model):
    """The wall-clock start and the zone are the promise; the instants beside them are derived (design: time)."""

    __tablename__ = "event"

    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("calendar.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=EventState.DRAFT)
    title: Mapped[str]
    form: Mapped[str | None]
    text_language: Mapped[str] = mapped_column(default="en")

    introduction: Mapped[str | None]
    contents: Mapped[list[str]] = mapped_column(default=list)
    audiences: Mapped[list[str]] = mapped_column(default=list)
    hosts: Mapped[list[str]] = mapped_column(default=list)
    languages: Mapped[list[str]] = mapped_column(default=list)
    location: Mapped[str | None]
    is_free: Mapped[bool | None]
    price_text: Mapped[str | None]
    is_open_to_all: Mapped[bool | None]
    registration_url: Mapped[str | None]
    registration_opens_at: Mapped[datetime | None]
    registration_closes_at: Mapped[datetime | None]
    # Minutes before the start at which the waiting list stops: whoever gets a place later could not come any more.
    waiting_list_closes_minutes: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # Hours that a promoted person has to take the place before it moves on; None: it is theirs at once.
    offer_hours: Mapped[int | None]
    # Whether a registration counts only after somebody answered from its address.
    verifies_addresses: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Days after the end at which the personal data goes and the numbers stay.
    retention_days: Mapped[int] = mapped_column(default=180, server_default=text("180"))
    personal_data_erased_at: Mapped[datetime | None]
    # Where it takes place online: behind personal join links, on no public page, changed without a new mail.
    room_url: Mapped[str | None]
    # Whether people with a place get a join link; the room may be named later.
    is_online: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    # Minutes before the start from which the join link leads into the room.
    room_opens_minutes: Mapped[int] = mapped_column(default=15, server_default=text("15"))
    recording_url: Mapped[str | None]
    # Whether declining in one's calendar gives the place back.
    declining_frees_place: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Invitations that may leave in 24 hours; None: as the settings say.
    invitations_per_day: Mapped[int | None]
    # Whether anybody was invited: spares the crowd a look-up where nobody was.
    has_invitations: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # What the organiser put in place of our subject and introduction: {kind: {language: MailText}}.
    mail_texts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    # Whether anything is asked at present: spares the crowd a look-up where nothing is.
    has_questions: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    starts_at_local: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    time_zone: Mapped[str | None]
    minutes: Mapped[int | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    # What the announcement said about the time, word for word, and what the import had to say of it all.
    time_text: Mapped[str | None]
    remarks: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    announcement_text: Mapped[str | None]

    # `revision` is what calendars see (SEQUENCE grows from it); `version` is what editors see (ETag).
    revision: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    state_reason: Mapped[str | None]
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    calendar: Mapped[Calendar] = relationship(lazy="joined", innerjoin=True)
    programme: Mapped[list[ProgrammeItem]] = relationship(
        order_by=ProgrammeItem.position, cascade="all, delete-orphan", passive_deletes=True
    )
    people: Mapped[list[Person]] = relationship(
        order_by=Person.position,
        primaryjoin="and_(Event.id == Person.event_id, Person.item_id.is_(None))",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    reminder_rules: Mapped[list[ReminderRule]] = relationship(
        order_by=ReminderRule.minutes_before.desc(), cascade="all, delete-orphan", passive_deletes=True
    )
    speakers: Mapped[list[Speaker]] = relationship(
        order_by=Speaker.name, cascade="all, delete-orphan", passive_deletes=True, back_populates="event"
    )
    questions: Mapped[list[Question]] = relationship(
        order_by=Question.position, cascade="all, delete-orphan", passive_deletes=True
    )
    places: Mapped["EventPlaces"] = relationship(cascade="all, delete-orphan", passive_deletes=True)

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_event_state_starts_at", "state", "starts_at"),
    )


class EventPlaces(Model):
    """The hot row: every change of a registration locks it. No foreign key points here, so inserts leave it alone.

    `places` is None where they are unlimited. `last_position` numbers registrations in the order of commit;
    `version` grows with every change that the dashboard shows.
    """

    __tablename__ = "event_places"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    places: Mapped[int | None]
    pending: Mapped[int] = mapped_column(default=0)
    offered: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    confirmed: Mapped[int] = mapped_column(default=0)
    waitlisted: Mapped[int] = mapped_column(default=0)
    cancelled: Mapped[int] = mapped_column(default=0)
    last_position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)

    @hybrid_property
    def taken(self) -> int:
        """Places that somebody has, or is being offered."""
        return self.confirmed + self.offered

    @property
    def free(self) -> int | None:
        """Places that nobody has; None where they are unlimited."""
        return None if self.places is None else max(0, self.places - self.taken)

    @property
    def over(self) -> int:
        """How many have a place beyond the places there are: the organiser lowered them later."""
        return 0 if self.places is None else max(0, self.taken - self.places)

    @property
    def is_open_to_newcomers(self) -> bool:
        """Whoever waits goes first: a place that opens is theirs, not a newcomer's."""
        return self.free is None or (self.free > 0 and not self.waitlisted)

    __table_args__ = (
        CheckConstraint("places >= 0", name="places_not_negative"),
        CheckConstraint("least(pending, offered, confirmed, waitlisted, cancelled) >= 0", name="tallies_not_negative"),
        # Half-empty pages let PostgreSQL update this row in place (HOT) instead of growing a chain of versions.
        {"postgresql_with": {"fillfactor": 50}},
    )


class EventTally(Model):
    """How many registrations of one event share a value: an audience, a country, an hour of registering."""

    __tablename__ = "event_tally"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]

    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)
