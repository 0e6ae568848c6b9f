"""The sink of the benchmark takes mail as a mail server does, however it comes, and counts what it took."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks import mail_loop
from benchmarks.mail import sink_is_there
from benchmarks.mail_sink import Seen, Sink
from benchmarks.pretix import read_lines
from services.local.ports import LOOPBACK, free_port
from services.local.privileges import tied
from services.local.waiting import wait_until
from shared.mail.smtp import MailServer, Verdict
from shared.settings import Settings

ADA, BOB = "ada@example.org", "bob@example.org"
MAIL = b"Subject: Cities\r\n\r\n" + b"x" * 200_000 + b"\r\n..\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    chosen = free_port()
    command = tied([sys.executable, "-m", "benchmarks.mail_sink", "--port", str(chosen)], signal_name="SIGTERM")
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            assert wait_until(lambda: sink_is_there(chosen), within=timedelta(seconds=60))
            yield chosen
        finally:
            process.terminate()


@pytest.fixture
def sink(port: int) -> Iterator[Sink]:
    found = Sink(port)
    found.forget()
    yield found
    found.close()


def test_the_sink_takes_what_a_worker_sends_and_knows_who_got_it_when(sink: Sink) -> None:
    server = MailServer(Settings(smtp_host=LOOPBACK, smtp_port=sink.port))
    assert sink.seen() == Seen(mails=0, recipients=0, first_at=0, last_at=0)

    sent = [server.send(MAIL, sender="events@example.org", recipient=one) for one in (ADA, BOB, ADA)]
    server.close()

    assert [reply.verdict for reply in sent] == [Verdict.ACCEPTED] * 3
    seen = sink.seen()
    assert (seen.mails, seen.recipients) == (3, 2)
    assert sink.accepted_at(BOB) == pytest.approx(seen.first_at)
    assert sink.accepted_at(ADA) == pytest.approx(seen.last_at)
    assert sink.accepted_at("eve@example.org") is None


@pytest.mark.parametrize("options", [[], ["--pipelining"]])
def test_the_bare_loop_hands_over_every_mail_once_it_is_told_to(sink: Sink, tmp_path: Path, options: list[str]) -> None:
    mail_loop.write(tmp_path / "mails", [(f"p{number}@example.org", MAIL) for number in range(20)])
    command = [sys.executable, "-m", "benchmarks.mail_loop", str(tmp_path / "mails"), "--port", str(sink.port)]
    with subprocess.Popen([*command, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as loop:
        assert loop.stdout is not None
        assert loop.stdout.readline() == "ready\n"
        assert sink.seen().mails == 0
        loop.communicate("go\n", timeout=60)
    assert loop.returncode == 0
    assert (sink.seen().mails, sink.seen().recipients) == (20, 20)


def test_the_faster_of_the_ways_in_which_pretix_writes_to_many_is_compared_with() -> None:
    lines = '{"figure": "mail_mass_summary", "median": 12.5}\n{"figure": "mail_rule_summary", "median": 13.9}\n'
    assert read_lines(lines, clients=64) == {"mail": 13.9}
