"""A bare loop that hands mails to a server over one open connection: what no worker can be faster than.

`python -m benchmarks.mail_loop FILE --port 2525 [--pipelining]` reads the mails, connects, says so, waits for a line
on its standard input, so that several loops begin together, and hands them over, one after the other.
"""

import pickle
import smtplib
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from services.local.ports import LOOPBACK

SENDER = "events@plenary.localhost"
# To whom, and the octets.
Post = tuple[str, bytes]


def write(file: Path, mails: Sequence[Post]) -> None:
    file.write_bytes(pickle.dumps(list(mails)))


def _one_by_one(line: smtplib.SMTP, mails: Sequence[Post]) -> None:
    """As the standard library does it: each command waits for its answer."""
    for recipient, octets in mails:
        line.sendmail(SENDER, [recipient], octets)


def _pipelined(line: smtplib.SMTP, mails: Sequence[Post]) -> None:
    """The commands of one mail together (RFC 2920): nothing but writing and reading."""
    assert line.sock is not None
    for recipient, octets in mails:
        line.sock.sendall(f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode())
        answers = [line.getreply()[0] for _ in range(3)]
        line.sock.sendall(octets + b".\r\n")
        if [*answers, line.getreply()[0]] != [250, 250, 354, 250]:
            raise SystemExit("The sink refused a mail.")


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--pipelining", action="store_true")
    chosen = parser.parse_args()
    mails: list[Post] = pickle.loads(chosen.file.read_bytes())
    with smtplib.SMTP(LOOPBACK, chosen.port, "localhost", timeout=60) as line:
        line.ehlo()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        (_pipelined if chosen.pipelining else _one_by_one)(line, mails)


if __name__ == "__main__":
    main()
