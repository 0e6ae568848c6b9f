"""The conversation with the mail server, word by word, over a real socket."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pytest

from services.local.ports import LOOPBACK
from shared.mail.smtp import MailServer, Reply, Verdict
from shared.settings import Settings

SENDER, ADA, BOB = "events@example.org", "ada@example.org", "bob@example.org"
MAIL = b"Subject: Cities\r\n\r\nHello\r\n"
OK, GO = "250 OK", "354 Go ahead"
HANG_UP = ""
PIPELINING = "250-server\r\n250 PIPELINING"
PLAIN = "250 server"


class Script:
    """One list of answers for each connection, given in turn to commands and mails. `heard` is what came."""

    def __init__(self, *connections: Sequence[str], offer: str) -> None:
        self.connections = [list(answers) for answers in connections]
        self.offer = offer
        self.heard: list[list[str]] = []
        self.mails: list[bytes] = []
        # How many commands came in one piece.
        self.together: list[int] = []

    def hold(self, connection: socket.socket) -> None:
        answers, heard = self.connections.pop(0), []
        self.heard.append(heard)
        connection.sendall(b"220 server\r\n")
        received = b""
        while piece := connection.recv(65536):
            received += piece
            self.together.append(piece.count(b"\r\n"))
            while b"\r\n" in received:
                line, _, received = received.partition(b"\r\n")
                verb = line[:4].decode().upper()
                heard.append(verb + line[4:].decode())
                if verb == "EHLO":
                    connection.sendall(f"{self.offer}\r\n".encode())
                elif verb == "QUIT":
                    return
                else:
                    received = self.answer(connection, answers, received)

    def answer(self, connection: socket.socket, answers: list[str], received: bytes) -> bytes:
        answer = answers.pop(0) if answers else OK
        if answer == HANG_UP:
            connection.shutdown(socket.SHUT_RDWR)
            return b""
        connection.sendall(f"{answer}\r\n".encode())
        if answer == GO:
            while b"\r\n.\r\n" not in b"\r\n" + received:
                if not (piece := connection.recv(65536)):
                    return b""
                received += piece
            mail, _, received = (b"\r\n" + received).partition(b"\r\n.\r\n")
            self.mails.append(mail.removeprefix(b"\r\n"))
            return self.answer(connection, answers, received)
        return received


@contextmanager
def server(*connections: Sequence[str], offer: str = PIPELINING) -> Iterator[tuple[MailServer, Script]]:
    script = Script(*connections, offer=offer)

    def serve() -> None:
        for _ in range(len(connections)):
            connection, _ = listener.accept()
            # Clients that take back what they announced hang up in the middle of it.
            with connection, suppress(ConnectionError):
                script.hold(connection)

    with socket.create_server((LOOPBACK, 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        mail_server = MailServer(Settings(smtp_host=LOOPBACK, smtp_port=port, smtp_timeout=5))
        try:
            yield mail_server, script
        finally:
            mail_server.close()
            thread.join(timeout=10)


def send(mail_server: MailServer, recipient: str = ADA, content: bytes = MAIL) -> Reply:
    return mail_server.send(content, sender=SENDER, recipient=recipient)


@pytest.mark.parametrize("offer", [PIPELINING, PLAIN])
def test_a_mail_is_announced_and_handed_over(offer: str) -> None:
    with server([OK, OK, GO, "250 2.0.0 Taken"], offer=offer) as (mail_server, script):
        assert send(mail_server) == Reply(Verdict.ACCEPTED, "250 2.0.0 Taken")
        assert script.heard[0][1:] == [f"MAIL FROM:<{SENDER}>", f"RCPT TO:<{ADA}>", "DATA"]
        assert script.mails == [MAIL.removesuffix(b"\r\n")]


def test_commands_travel_together_only_where_the_server_offers_it() -> None:
    with server([OK, OK, GO, OK]) as (mail_server, script):
        send(mail_server)
        assert max(script.together) == 3
    with server([OK, OK, GO, OK], offer=PLAIN) as (mail_server, script):
        send(mail_server)
        assert set(script.together[:4]) == {1}


@pytest.mark.parametrize("offer", [PIPELINING, PLAIN])
@pytest.mark.parametrize(
    ("answers", "verdict", "words"),
    [
        (["550 Not you", "503 No", "503 No"], Verdict.NEVER, "550 Not you"),
        ([OK, "550 5.1.1 Nobody here", "503 To whom?"], Verdict.NEVER, "550 5.1.1 Nobody here"),
        ([OK, "451 Greylisted", "503 To whom?"], Verdict.LATER, "451 Greylisted"),
        ([OK, OK, "554 No mail today"], Verdict.NEVER, "554 No mail today"),
        ([OK, OK, GO, "552 Too large"], Verdict.NEVER, "552 Too large"),
        ([OK, OK, GO, "452 Disk full"], Verdict.LATER, "452 Disk full"),
    ],
)
def test_a_refusal_is_told_in_the_servers_words_and_the_next_mail_begins_afresh(
    answers: list[str], verdict: Verdict, words: str, offer: str
) -> None:
    asked = answers if offer == PIPELINING else [*answers[: answers.index(words) + 1]]
    with server([*asked, OK, OK, OK, GO, OK], offer=offer) as (mail_server, script):
        assert send(mail_server) == Reply(verdict, words)
        assert send(mail_server, BOB).verdict is Verdict.ACCEPTED
        assert "RSET" in script.heard[0]
        assert len(script.heard) == 1


def test_a_server_that_would_take_a_mail_for_nobody_gets_an_empty_one() -> None:
    """RFC 2920 section 3.1: DATA was sent already when the only recipient was refused."""
    with server([OK, "550 Nobody here", GO, "554 No recipients", OK, OK, OK, GO, OK]) as (mail_server, script):
        assert send(mail_server) == Reply(Verdict.NEVER, "550 Nobody here")
        assert send(mail_server, BOB).verdict is Verdict.ACCEPTED
        assert script.mails == [b"", MAIL.removesuffix(b"\r\n")]


@pytest.mark.parametrize(
    "answers", [["421 Closing"], [OK, "421 Closing"], [OK, OK, "421 Closing"], [OK, OK, GO, "421 Closing"]]
)
def test_a_server_that_closes_says_so_itself(answers: list[str]) -> None:
    with server([*answers, HANG_UP, HANG_UP, HANG_UP]) as (mail_server, _):
        assert send(mail_server) == Reply(Verdict.LATER, "421 Closing")


@pytest.mark.parametrize("farewell", [["421 Enough for one connection", HANG_UP, HANG_UP], [HANG_UP]])
def test_a_server_that_had_enough_of_a_connection_is_asked_over_another(farewell: list[str]) -> None:
    with server([OK, OK, GO, OK, *farewell], [OK, OK, GO, "250 Second"]) as (mail_server, script):
        assert send(mail_server).verdict is Verdict.ACCEPTED
        assert send(mail_server, BOB) == Reply(Verdict.ACCEPTED, "250 Second")
        assert len(script.heard) == 2


def test_a_mail_that_had_begun_to_leave_is_not_sent_again_at_once() -> None:
    with server([OK, OK, GO, OK, OK, OK, GO, HANG_UP], []) as (mail_server, script):
        send(mail_server)
        assert send(mail_server, BOB).verdict is Verdict.LATER
        assert len(script.heard) == 1
        # Whoever comes next is asked over another connection.
        assert send(mail_server).verdict is not Verdict.UNREACHABLE


def announce(mail_server: MailServer, recipient: str = ADA) -> None:
    mail_server.announce(sender=SENDER, recipient=recipient)


def test_what_was_announced_is_asked_once_and_answered_meanwhile() -> None:
    with server([OK, OK, GO, OK, OK, OK, GO, "250 Second"]) as (mail_server, script):
        send(mail_server)
        announce(mail_server, BOB)
        assert send(mail_server, BOB) == Reply(Verdict.ACCEPTED, "250 Second")
        assert [line for line in script.heard[0] if line.startswith("RCPT")] == [f"RCPT TO:<{ADA}>", f"RCPT TO:<{BOB}>"]


def test_a_refusal_of_what_was_announced_is_told_as_well() -> None:
    with server([OK, OK, GO, OK, OK, "550 Nobody here", "503 To whom?"]) as (mail_server, _):
        send(mail_server)
        announce(mail_server, BOB)
        assert send(mail_server, BOB) == Reply(Verdict.NEVER, "550 Nobody here")


def test_what_was_announced_and_taken_back_leaves_no_mail_and_no_trace_for_the_next() -> None:
    with server([OK, OK, GO, OK, OK, OK, GO], [OK, OK, GO, "250 Next"]) as (mail_server, script):
        send(mail_server)
        announce(mail_server, BOB)
        mail_server.take_back()
        mail_server.take_back()
        assert send(mail_server) == Reply(Verdict.ACCEPTED, "250 Next")
        assert script.mails == [MAIL.removesuffix(b"\r\n")] * 2
        assert f"RCPT TO:<{BOB}>" not in script.heard[1]


@pytest.mark.parametrize("what", ["send", "announce", "probe"])
def test_whoever_is_announced_never_gets_the_mail_of_another(what: str) -> None:
    with server([OK, OK, GO, OK, OK, OK, GO], [OK, OK, GO, OK]) as (mail_server, script):
        send(mail_server)
        announce(mail_server, BOB)
        if what == "announce":
            announce(mail_server)
        if what == "probe":
            mail_server.probe(sender=SENDER, recipient=ADA)
        else:
            send(mail_server)
        assert f"RCPT TO:<{BOB}>" in script.heard[0]
        assert f"RCPT TO:<{BOB}>" not in script.heard[1]
        assert f"RCPT TO:<{ADA}>" in script.heard[1]


def test_a_server_that_hangs_up_on_what_was_announced_is_asked_over_another() -> None:
    with server([OK, OK, GO, OK, "421 Enough", HANG_UP, HANG_UP], [OK, OK, GO, "250 Again"]) as (mail_server, _):
        send(mail_server)
        announce(mail_server, BOB)
        assert send(mail_server, BOB) == Reply(Verdict.ACCEPTED, "250 Again")


def test_nothing_is_announced_without_a_conversation_or_one_by_one() -> None:
    with server([OK, OK, GO, OK, OK, OK, GO, OK], offer=PLAIN) as (mail_server, script):
        announce(mail_server)
        assert script.heard == []
        send(mail_server)
        announce(mail_server, BOB)
        assert send(mail_server, BOB).verdict is Verdict.ACCEPTED
        assert set(script.together[:4]) == {1}


def test_lines_that_begin_with_a_dot_arrive_as_they_are() -> None:
    with server([OK, OK, GO, OK]) as (mail_server, script):
        send(mail_server, content=b".first\r\n.\r\n..\r\nlast")
        assert script.mails == [b"..first\r\n..\r\n...\r\nlast"]


@pytest.mark.parametrize(
    "recipient", ["ada@example.org>\r\nRCPT TO:<eve@example.org", "a b@example.org", "é@example.org"]
)
def test_an_address_that_is_more_than_an_address_is_never_put_into_a_command(recipient: str) -> None:
    with server([]) as (mail_server, script):
        assert send(mail_server, recipient).verdict is Verdict.LATER
        assert [line for line in script.heard[0] if not line.startswith(("EHLO", "QUIT"))] == []


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
    mail_server = MailServer(Settings(smtp_host=LOOPBACK, smtp_port=port, smtp_timeout=5))
    assert send(mail_server).verdict is Verdict.UNREACHABLE


def test_a_probe_leaves_no_mail() -> None:
    with server([OK, "251 Forwarded", OK, OK, "550 Nobody here", OK]) as (mail_server, script):
        assert mail_server.probe(sender=SENDER, recipient=ADA).verdict is Verdict.ACCEPTED
        assert mail_server.probe(sender=SENDER, recipient=BOB) == Reply(Verdict.NEVER, "550 Nobody here")
        assert "DATA" not in script.heard[0]
        assert script.heard[0].count("RSET") == 2
