"""Caught mail on disk: one file per mail in a Maildir, each under a name that sorts by arrival.

The envelope stands on top of each file in the headers that mail servers use for it: Return-Path and Delivered-To.
"""

import itertools
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_counter = itertools.count()


def keep(maildir: Path, mail: bytes, *, sender: str, recipients: Sequence[str]) -> Path:
    """Readers see the whole mail or none of it."""
    unfinished, finished = maildir / "tmp" / _new_name(), maildir / "new"
    for folder in ("tmp", "new", "cur"):
        (maildir / folder).mkdir(parents=True, exist_ok=True)
    envelope = [f"Return-Path: <{sender}>", *(f"Delivered-To: {recipient}" for recipient in recipients)]
    unfinished.write_bytes("".join(f"{line}\r\n" for line in envelope).encode() + mail)
    return unfinished.rename(finished / unfinished.name)


def files(maildir: Path) -> Iterator[Path]:
    """Newest first."""
    found = [*maildir.glob("new/*.mail"), *maildir.glob("cur/*.mail*")]
    return iter(sorted(found, key=lambda file: file.name, reverse=True))


def find(maildir: Path, identifier: str) -> Path | None:
    """The file of this name, wherever a mail program moved it. Compared, never joined to a path."""
    return next((file for file in files(maildir) if identifier_of(file) == identifier), None)


def identifier_of(file: Path) -> str:
    return file.name.partition(".mail")[0]


def _new_name() -> str:
    return f"{time.time_ns()}-{os.getpid()}-{next(_counter):06d}.mail"
