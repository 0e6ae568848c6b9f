"""Every setting of every service: one class, prefix `PLENARY_`. Nothing else reads the environment.

A secret may stand in the environment or in a file named after it (`plenary_secret_key`) in `PLENARY_SECRETS_DIR`,
so that containers need no secret in their environment.
"""

import os
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_SECRETS_DIR = Path(os.environ.get("PLENARY_SECRETS_DIR", "/run/plenary/secrets"))


class SmtpSecurity(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class Inbound(StrEnum):
    """LMTP (RFC 2033) from a mail server of one's own, SMTP as its MX, or a mailbox elsewhere that is read."""

    NONE = "none"
    LMTP = "lmtp"
    SMTP = "smtp"
    IMAP = "imap"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="PLENARY_",
        env_ignore_empty=True,  # Compose hands on what nobody set as an empty text.
        extra="ignore",
        secrets_dir=_SECRETS_DIR if _SECRETS_DIR.is_dir() else None,
    )

    # Where people find us. No slash at the end.
    site_url: str = "http://127.0.0.1:8000"
    dashboard_url: str = "http://127.0.0.1:8501"
    # Where the dashboard's own process reaches the API (inside a compose network: http://api:8000).
    api_url: str = "http://127.0.0.1:8000"

    # Whose word about the visitor's address is believed, behind proxies: networks with spaces between.
    trusted_proxies: str = "private_ranges"

    database_url: str = "postgresql+psycopg://plenary@127.0.0.1:5432/plenary"
    database_password: SecretStr | None = None
    # Connections one process may hold; the crowd path needs one per event at a time, reads need the rest.
    database_pool_size: int = Field(default=10, ge=1, le=100)
    redis_url: str = "redis://127.0.0.1:6379/0"
    redis_password: SecretStr | None = None

    # An identity provider (OpenID Connect) that organisers may sign in with; off without an issuer. Only the dashboard
    # needs the secret.
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = "your organisation’s account"

    # Signs the links in mails. Whoever changes it makes every link already sent stop working. The dashboard has none.
    secret_key: SecretStr | None = Field(default=None, min_length=32)

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65535)
    smtp_security: SmtpSecurity = SmtpSecurity.NONE
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    # Seconds. A stalled server must not hold a worker for long: the lease outlives this.
    smtp_timeout: float = Field(default=20.0, gt=0, le=120)
    # The platform's own mailbox: From and ORGANIZER of every mail. Its domain is in every Message-ID.
    mail_address: str = "events@plenary.localhost"
    mail_name: str = "Plenary"
    # Mails a minute at most, all workers together, where the provider has a limit. 0: as fast as it takes them.
    smtp_rate_per_minute: int = Field(default=0, ge=0)
    # Signs every mail (RFC 6376), where a key is given: PEM, RSA of 2048 bits. d= is the mail domain.
    dkim_selector: str = "plenary"
    dkim_private_key: SecretStr | None = None
    # A folder of the organisation's own mail templates, which go before ours of the same name.
    mail_templates_dir: Path | None = None
    # Invitations of one event in 24 hours, unless the event says otherwise: a provider distrusts who sends more.
    invitations_per_day: int = Field(default=500, ge=1)

    # How mail comes back: bounces, complaints, answers of calendars. See docs/mail/inbound.md.
    inbound: Inbound = Inbound.NONE
    # Mailboxes at the mail domain; what follows a `+` tells which mail it is about.
    bounce_mailbox: str = Field(default="bounce", pattern=r"^[a-z0-9.-]{1,12}$")
    rsvp_mailbox: str = Field(default="rsvp", pattern=r"^[a-z0-9.-]{1,12}$")
    # Where our own listener waits (lmtp, smtp).
    inbound_host: str = "127.0.0.1"
    inbound_port: int = Field(default=8024, ge=1, le=65535)
    # The mailbox that is read instead (imap).
    imap_host: str | None = None
    imap_port: int = Field(default=993, ge=1, le=65535)
    imap_security: SmtpSecurity = SmtpSecurity.TLS
    imap_username: str | None = None
    imap_password: SecretStr | None = None
    imap_folder: str = "INBOX"
    # Minutes between two messages that we send to ourselves through the whole line; 0: none.
    canary_minutes: int = Field(default=15, ge=0)
    # Where they go. None: to the platform's own mailboxes, where mail comes back at all.
    canary_address: str | None = None

    # How long a signed-in organiser stays signed in: a working day.
    session_lifetime: timedelta = timedelta(hours=8)
    # How long a worker may hold a message before another may take it: longer than smtp_timeout.
    lease_lifetime: timedelta = timedelta(minutes=2)
    # Seconds between looks at the outbox when it was empty: mail leaves within a second, an idle look costs 0.2 ms.
    dispatch_interval: float = Field(default=0.25, gt=0, le=60)
    # Messages in one job at most: hundreds of mails over one open connection, or as many as a worker sends in 2 s.
    messages_per_job: int = Field(default=250, ge=1, le=1000)
    # Jobs of one urgency waiting in Redis at most; the rest waits in PostgreSQL, where priorities are kept.
    jobs_ahead: int = Field(default=8, ge=1, le=100)
    # Bytes. A registration is 2 KiB, an announcement 20 KiB.
    request_limit: int = 1024 * 1024 + 64 * 1024
    # Bytes of a table of people to import: 100,000 of them are 12 MiB.
    import_limit: int = 20 * 1024 * 1024 + 64 * 1024
    # Seconds that one may take to arrive: 3 Mbit/s. The proxy waits as long.
    import_timeout: float = Field(default=60.0, gt=0, le=600)
    # Seconds that a request's head, and then its body, may take to arrive, and that an answer may wait to be taken.
    head_timeout: float = Field(default=10.0, gt=0, le=120)
    body_timeout: float = Field(default=30.0, gt=0, le=600)
    answer_timeout: float = Field(default=60.0, gt=0, le=600)
    # Connections one api process holds at once. Beyond that, whoever asks for nothing gives way to whoever comes.
    connection_limit: int = Field(default=4000, ge=1)
    # Against programs that register; see docs/abuse.md. Each is off at 0.
    # Registrations in ten minutes from one connection to the internet: a university has hundreds of people behind one.
    limit_per_network: int = Field(default=600, ge=0)
    # Those of them that may come without proof of work before their addresses have to be verified.
    limit_without_proof: int = Field(default=20, ge=0)
    # Tries in an hour with one mail address, from one connection.
    limit_per_address: int = Field(default=10, ge=0)
    # Seconds between a form's being shown and its being sent: no person is faster.
    form_minimum_time: float = Field(default=3.0, ge=0, le=60)
    # Steps of the proof of work on average, of about 1 ms each on a phone: done before a person has typed their name.
    proof_steps: int = Field(default=500, ge=0, le=100_000)
    # Where mail caught locally can be read, if it is caught.
    caught_mail_url: str | None = None

    def require_secret_key(self) -> bytes:
        """Raises RuntimeError where there is none: nothing can be signed or kept without its owner's name then."""
        if self.secret_key is None:
            raise RuntimeError("PLENARY_SECRET_KEY is not set: set at least 32 random characters.")
        return self.secret_key.get_secret_value().encode()

    @property
    def mail_domain(self) -> str:
        return self.mail_address.rpartition("@")[2]

    @property
    def reads_replies(self) -> bool:
        """Whether mail comes back to us, so that people may be asked for an answer."""
        return self.inbound is not Inbound.NONE

    @property
    def organiser_address(self) -> str:
        """ORGANIZER of every calendar entry: answers go here (RFC 5546 section 3.2.3)."""
        return f"{self.rsvp_mailbox}@{self.mail_domain}" if self.reads_replies else self.mail_address


@cache
def get_settings() -> Settings:
    return Settings()
