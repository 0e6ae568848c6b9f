"""The tables, as typed models."""

from shared.models.audit import AuditEntry
from shared.models.calendars import Calendar
from shared.models.declarative import Model
from shared.models.events import Event, EventPlaces, EventState, EventTally, Person, ProgrammeItem, ReminderRule
from shared.models.idempotency import IdempotencyKey
from shared.models.messages import Heartbeat, MailTally, Message, MessageKind, MessageStatus, Suppression
from shared.models.organisers import ApiToken, Membership, Organiser, Role, TokenKind, TokenScope
from shared.models.registrations import Registration, RegistrationSource, RegistrationStatus

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Calendar",
    "Event",
    "EventPlaces",
    "EventState",
    "EventTally",
    "Heartbeat",
    "IdempotencyKey",
    "MailTally",
    "Membership",
    "Message",
    "MessageKind",
    "MessageStatus",
    "Model",
    "Organiser",
    "Person",
    "ProgrammeItem",
    "Registration",
    "RegistrationSource",
    "RegistrationStatus",
    "ReminderRule",
    "Role",
    "Suppression",
    "TokenKind",
    "TokenScope",
]
