"""Every fact that stops a request, as one tree. The table from error to HTTP status is in `services/api/problems.py`.

PlenaryError
├─ InvalidInput                     the answer names each field
│  ├─ UnknownTimeZone · TimeInGap · TimeAmbiguous
│  ├─ AnnouncementEmpty · AnnouncementTooLarge · AnnouncementUnreadable · NotAnAnnouncement
│  ├─ TableEmpty · TableTooLarge · TableUnreadable · ColumnMissing
│  ├─ MailUnreadable                a mail that came back is beyond what anybody sends in earnest
│  └─ ImportRefused                 none of a table's rows went in, because some are wrong
├─ NotSignedIn · SignInRefused
├─ NotAllowed
├─ NotFound
├─ StateConflict
│  ├─ OpenDoubt                     a draft's time can be read in two ways
│  ├─ NotReadyToPublish
│  └─ RegistrationClosed
├─ EditCollision · RevisionMissing  If-Match
└─ TooManyRequests
"""

from collections.abc import Mapping, Sequence


class PlenaryError(Exception):
    """A fact with a remedy: the message says both. `code` is stable for machines."""

    code = "error"

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})


class InvalidInput(PlenaryError):
    code = "invalid-input"


class UnknownTimeZone(InvalidInput):
    code = "unknown-time-zone"


class TimeInGap(InvalidInput):
    code = "time-in-gap"


class TimeAmbiguous(InvalidInput):
    code = "time-ambiguous"


class AnnouncementEmpty(InvalidInput):
    code = "announcement-empty"


class AnnouncementTooLarge(InvalidInput):
    code = "announcement-too-large"


class AnnouncementUnreadable(InvalidInput):
    code = "announcement-unreadable"


class NotAnAnnouncement(InvalidInput):
    code = "not-an-announcement"


class TableEmpty(InvalidInput):
    code = "table-empty"


class TableTooLarge(InvalidInput):
    code = "table-too-large"


class TableUnreadable(InvalidInput):
    code = "table-unreadable"


class ColumnMissing(InvalidInput):
    code = "column-missing"


class MailUnreadable(InvalidInput):
    code = "mail-unreadable"


class ImportRefused(InvalidInput):
    code = "import-refused"


class NotSignedIn(PlenaryError):
    code = "not-signed-in"


class SignInRefused(PlenaryError):
    code = "sign-in-refused"


class NotAllowed(PlenaryError):
    code = "not-allowed"


class NotFound(PlenaryError):
    code = "not-found"


class StateConflict(PlenaryError):
    code = "state-conflict"


class OpenDoubt(StateConflict):
    """Carries the remarks that wait for a decision, as plain values."""

    code = "open-doubt"

    def __init__(self, message: str, *, doubts: Sequence[Mapping[str, object]]) -> None:
        super().__init__(message)
        self.doubts = list(doubts)


class NotReadyToPublish(StateConflict):
    code = "not-ready-to-publish"


class RegistrationClosed(StateConflict):
    code = "registration-closed"


class EditCollision(PlenaryError):
    code = "edit-collision"


class RevisionMissing(PlenaryError):
    code = "revision-missing"


class TooManyRequests(PlenaryError):
    """`retry_after` is in seconds. `limit` says which limit it was: its name, how often, in how many seconds."""

    code = "too-many-requests"

    def __init__(self, message: str, *, retry_after: int, limit: tuple[str, int, int]) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.limit = limit
