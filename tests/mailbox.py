"""The mailbox that tests read: every mail the catcher took, parsed by the standard library."""

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path


class Mailbox:
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def _files(self) -> list[Path]:
        found = [path for folder in ("new", "cur") for path in (self.directory / folder).glob("*")]
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    def empty(self) -> None:
        for path in self._files():
            path.unlink()

    def mails(self, to: str | None = None) -> list[EmailMessage]:
        """In the order of arrival."""
        parsed = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in self._files()]
        return [mail for mail in parsed if to is None or to in mail["To"]]

    def subjects_to(self, address: str) -> list[str]:
        return [mail["Subject"] for mail in self.mails(address)]

    def only_mail_to(self, address: str) -> EmailMessage:
        [mail] = self.mails(address)
        return mail


def calendar_text(mail: EmailMessage) -> str | None:
    """The text/calendar part inside multipart/alternative."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return parts[0].get_payload(decode=True).decode() if parts else None


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content())
