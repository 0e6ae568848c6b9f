"""A mailbox behind IMAP4rev1 (RFC 3501), as much of it as reading one takes, over a real socket."""

import re
import shlex
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

PASSWORD = "a password"


@dataclass
class Stored:
    octets: bytes
    arrived_on: date
    flags: set[str] = field(default_factory=set)


@dataclass
class ImapServer:
    """What is in the mailbox, by UID. `fails_at` ends the connection, once, when this command arrives."""

    mails: dict[int, Stored] = field(default_factory=dict)
    has_own_flags: bool = True
    fails_at: str | None = None
    fetched: list[str] = field(default_factory=list)
    logins: int = 0
    port: int = 0

    def add(self, octets: bytes, *, arrived_on: date | None = None) -> int:
        uid = max(self.mails, default=0) + 1
        self.mails[uid] = Stored(octets, arrived_on or date.today())
        return uid

    def flags(self, uid: int) -> set[str]:
        return self.mails[uid].flags


class _Conversation(socketserver.StreamRequestHandler):
    state: ImapServer

    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            name = command.upper()
            if self.state.fails_at and name.startswith(self.state.fails_at):
                self.state.fails_at = None
                return
            answer = self._answer(name, command)
            self._say(f"{tag} {answer} done")
            if name == "LOGOUT":
                return

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _answer(self, name: str, command: str) -> str:
        for begins, act in (
            ("CAPABILITY", self._capability),
            ("LOGIN", self._login),
            ("SELECT", self._select),
            ("UID SEARCH", self._search),
            ("UID FETCH", self._fetch),
            ("UID STORE", self._store),
            ("UID EXPUNGE", self._expunge),
            ("NOOP", lambda _: "OK"),
            ("LOGOUT", lambda _: "OK"),
        ):
            if name.startswith(begins):
                return act(command[len(begins) :].strip())
        return "BAD unknown command"

    def _capability(self, _: str) -> str:
        self._say("* CAPABILITY IMAP4rev1 UIDPLUS")
        return "OK"

    def _login(self, given: str) -> str:
        self.state.logins += 1
        return "OK" if shlex.split(given) == ["plenary", PASSWORD] else "NO [AUTHENTICATIONFAILED] no"

    def _select(self, _: str) -> str:
        more = " \\*" if self.state.has_own_flags else ""
        self._say("* FLAGS (\\Seen \\Deleted)")
        self._say(f"* OK [PERMANENTFLAGS (\\Seen \\Deleted{more})] which stay")
        self._say(f"* {len(self.state.mails)} EXISTS")
        self._say("* OK [UIDVALIDITY 1] valid")
        return "OK [READ-WRITE]"

    def _search(self, given: str) -> str:
        words = given.replace("(", " ").replace(")", " ").split()
        found = [uid for uid, mail in self.state.mails.items() if self._matches(mail, list(words))]
        self._say("* SEARCH" + "".join(f" {uid}" for uid in found))
        return "OK"

    def _matches(self, mail: Stored, words: list[str]) -> bool:
        wanted = True
        while words:
            word = words.pop(0).upper()
            if word == "UNDELETED":
                wanted &= "\\Deleted" not in mail.flags
            elif word == "UNSEEN":
                wanted &= "\\Seen" not in mail.flags
            elif word in {"KEYWORD", "UNKEYWORD"}:
                wanted &= (words.pop(0) in mail.flags) == (word == "KEYWORD")
            elif word == "BEFORE":
                wanted &= mail.arrived_on < datetime.strptime(words.pop(0).strip('"'), "%d-%b-%Y").date()
        return wanted

    def _fetch(self, given: str) -> str:
        uids, _, what = given.partition(" ")
        for number, (uid, mail) in enumerate(self.state.mails.items(), 1):
            if uid not in _uids(uids):
                continue
            self.state.fetched.append(f"{uid} {what}")
            self._say_mail(number, uid, mail, what)
        return "OK"

    def _say_mail(self, number: int, uid: int, mail: Stored, what: str) -> None:
        if "SIZE" in what:
            self._say(f"* {number} FETCH (UID {uid} RFC822.SIZE {len(mail.octets)})")
            return
        part = re.search(r"<0\.(\d+)>", what)
        octets = mail.octets[: int(part[1])] if part else mail.octets
        name = "BODY[]<0>" if part else "BODY[]"
        self.wfile.write(f"* {number} FETCH (UID {uid} {name} {{{len(octets)}}}\r\n".encode() + octets + b")\r\n")

    def _store(self, given: str) -> str:
        uids, _, rest = given.partition(" ")
        flags = rest[rest.index("(") + 1 : rest.index(")")].split()
        for uid in _uids(uids):
            self.state.mails[uid].flags |= set(flags)
        return "OK"

    def _expunge(self, given: str) -> str:
        for uid in _uids(given):
            if "\\Deleted" in self.state.mails[uid].flags:
                del self.state.mails[uid]
        return "OK"


def _uids(given: str) -> set[int]:
    return {uid for part in given.split(",") for uid in _range(*part.split(":"))}


def _range(first: str, last: str | None = None) -> range:
    return range(int(first), int(last or first) + 1)


@contextmanager
def imap_server(monkeypatch: Any, settings: Any) -> Iterator[ImapServer]:
    """Runs on a free port, and the settings point to it."""
    state = ImapServer()
    kind = type("Conversation", (_Conversation,), {"state": state})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), kind) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        state.port = server.server_address[1]
        for name, value in (("imap_host", "127.0.0.1"), ("imap_port", state.port), ("imap_username", "plenary")):
            monkeypatch.setattr(settings, name, value)
        try:
            yield state
        finally:
            server.shutdown()
