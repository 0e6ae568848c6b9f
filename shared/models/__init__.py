"""The tables, as typed models."""

from shared.models.audit import AuditEntry, Erasure
from shared.models.calendars import Calendar, CalendarLogo
from shared.models.declarative import Model
from shared.models.events import (
    Anchor,
    Event,
    EventPlaces,
    EventState,
    EventTally,
    Person,
    ProgrammeItem,
    Question,
    ReminderRule,
    Speaker,
)
from shared.models.idempotency import IdempotencyKey
from shared.models.inbound import InboundMail, InboundStatus, PersonalFeed
from shared.models.invitations import Invitation, InvitationStatus
from shared.models.messages import (
    INVITING,
    TAKING_BACK,
    Heartbeat,
    MailTally,
    Message,
    MessageKind,
    MessageStatus,
    Suppression,
    SystemMark,
)
from shared.models.organisers import ApiToken, Membership, Organiser, Role, TokenKind, TokenScope
from shared.models.registrations import (
    ASKED,
    HOLDING,
    AudienceQuestion,
    ConsentText,
    LinkRequest,
    QuestionStatus,
    Registration,
    RegistrationSource,
    RegistrationStatus,
)

__all__ = [
    "ASKED",
    "HOLDING",
    "INVITING",
    "TAKING_BACK",
    "Anchor",
    "ApiToken",
    "AudienceQuestion",
    "AuditEntry",
    "Calendar",
    "CalendarLogo",
    "ConsentText",
    "Erasure",
    "Event",
    "EventPlaces",
    "EventState",
    "EventTally",
    "Heartbeat",
    "IdempotencyKey",
    "InboundMail",
    "InboundStatus",
    "Invitation",
    "InvitationStatus",
    "LinkRequest",
    "MailTally",
    "Membership",
    "Message",
    "MessageKind",
    "MessageStatus",
    "Model",
    "Organiser",
    "Person",
    "PersonalFeed",
    "ProgrammeItem",
    "Question",
    "QuestionStatus",
    "Registration",
    "RegistrationSource",
    "RegistrationStatus",
    "ReminderRule",
    "Role",
    "Speaker",
    "Suppression",
    "SystemMark",
    "TokenKind",
    "TokenScope",
]
