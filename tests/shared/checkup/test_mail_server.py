"""The doctor and mail servers that are wrong in the ways people meet: each is told from the others, with a remedy."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from services.local.ports import free_port
from shared.checkup import mail_server
from shared.checkup.findings import Finding, Level
from shared.settings import Settings, SmtpSecurity
from tests.shared.checkup.certificates import certificate, server_context


class Willing:
    """Takes everything from everybody, unless told what to answer to the sender or the recipient."""

    def __init__(self, *, to_sender: str = "250 OK", to_recipient: str = "250 OK") -> None:
        self.to_sender, self.to_recipient, self.mails = to_sender, to_recipient, 0

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.to_sender.startswith("250"):
            envelope.mail_from = address
        return self.to_sender

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:
        self.mails += 1
        return "250 OK"


@contextmanager
def serving(handler: Willing | None = None, *, ssl_context: ssl.SSLContext | None = None, **how: Any) -> Iterator[int]:
    """On a free port; the library's own controller would not start with TLS that it does not trust."""
    loop, port = asyncio.new_event_loop(), free_port()

    def protocol() -> SMTP:
        return SMTP(handler or Willing(), hostname="localhost", loop=loop, **how)

    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", port, ssl=ssl_context))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def settings(port: int, **facts: Any) -> Settings:
    given = {"smtp_host": "localhost", "smtp_port": port, "smtp_timeout": 1, "mail_address": "events@example.org"}
    return Settings(**given | facts)


def found(port: int, **facts: Any) -> list[Finding]:
    return list(mail_server.check(settings(port, **facts)))


def only_problem(findings: list[Finding]) -> Finding:
    [bad] = [one for one in findings if one.level is Level.PROBLEM]
    assert bad.remedy
    return bad


def test_a_server_that_is_well_is_said_to_be_and_no_mail_is_sent() -> None:
    handler = Willing()
    with serving(handler) as port:
        findings = found(port)
    assert {one.level for one in findings} == {Level.OK}
    assert handler.mails == 0


def test_a_name_that_nobody_has() -> None:
    assert "no machine has this name" in only_problem(found(25, smtp_host="mail.invalid")).says


def test_a_port_where_nobody_listens() -> None:
    bad = only_problem(found(free_port()))
    assert "nobody listens there" in bad.says
    assert bad.remedy is not None
    assert "587" in bad.remedy


def test_a_port_that_speaks_tls_from_the_start_is_told_by_its_silence(tmp_path: Path) -> None:
    with serving(ssl_context=server_context(tmp_path)) as port:
        assert "does not answer in time" in only_problem(found(port)).says


def test_a_port_that_does_not_speak_tls_from_the_start() -> None:
    with serving() as port:
        bad = only_problem(found(port, smtp_security=SmtpSecurity.TLS))
    assert "does not speak TLS from the start" in bad.says
    assert bad.remedy is not None
    assert "PLENARY_SMTP_SECURITY=starttls" in bad.remedy


def test_a_server_without_starttls() -> None:
    with serving() as port:
        assert "does not offer STARTTLS" in only_problem(found(port, smtp_security=SmtpSecurity.STARTTLS)).says


@pytest.mark.parametrize(
    ("how", "why"), [({"days": -1}, "expired"), ({"name": "elsewhere.example"}, "mismatch"), ({}, "self-signed")]
)
def test_a_certificate_that_is_not_to_be_trusted_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], why: str
) -> None:
    if how:  # Trusted but for the one thing that is wrong with it.
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path, **how)[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    files = [tmp_path / f"{how.get('name', 'localhost')}{how.get('days', 90)}.{end}" for end in ("crt", "key")]
    if not how:
        certificate(tmp_path)
    context.load_cert_chain(*files)
    with serving(ssl_context=context) as port:
        bad = only_problem(found(port, smtp_security=SmtpSecurity.TLS))
    assert why in bad.says.lower()


def test_a_good_certificate_says_until_when_and_one_that_ends_soon_warns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days, level in ((90, Level.OK), (5, Level.WARNING)):
        files = certificate(tmp_path, days=days)
        monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        with serving(ssl_context=context) as port:
            findings = {one.check: one for one in found(port, smtp_security=SmtpSecurity.TLS)}
        assert findings["encryption"].level is level
        assert "the certificate is good until" in findings["encryption"].says


# The server of the test lets passwords pass unencrypted; the library that it is made of warns of that.
@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_password_that_is_refused_is_said_in_the_servers_words() -> None:
    how = {
        "authenticator": lambda *_: AuthResult(success=False, handled=False),
        "auth_require_tls": False,
        "auth_required": True,
    }
    with serving(**how) as port:
        bad = only_problem(found(port, smtp_username="events@example.org", smtp_password="wrong", smtp_timeout=10))
    assert "535" in bad.says
    assert bad.remedy is not None
    assert "plenary_smtp_password" in bad.remedy


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (Willing(to_sender="553 5.7.1 <events@example.org>: not owned by you"), "553 5.7.1 <…@…>: not owned by you"),
        (Willing(to_recipient="550 5.7.1 Relaying denied"), "550 5.7.1 Relaying denied"),
    ],
)
def test_a_server_that_does_not_want_our_mail_is_quoted_without_addresses(handler: Willing, said: str) -> None:
    with serving(handler) as port:
        bad = only_problem(found(port))
    assert f"“{said}”" in bad.says
    assert handler.mails == 0


def test_an_open_line_to_far_away_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as port:
        # The same server under a name that is not of this machine.
        import socket

        resolve = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: resolve("127.0.0.1", *rest, **more))
        findings = found(port, smtp_host="smtp.example.org")
    assert [one.check for one in findings if one.level is Level.WARNING] == ["encryption"]
