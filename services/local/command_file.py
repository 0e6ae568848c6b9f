"""`var/plenary`: the `plenary` command, connected to what `make run` started."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from services.local import places

FILE = places.VAR / "plenary"


def write(environment: Mapping[str, str]) -> None:
    """Made anew at each start: the ports are others each time. Passwords stay in their files."""
    ours = {name: value for name, value in environment.items() if name.startswith("PLENARY_")}
    exports = [f"export {name}={shlex.quote(value)}" for name, value in sorted(ours.items())]
    command = shlex.quote(str(Path(sys.executable).with_name("plenary")))
    places.write_private(FILE, "\n".join(["#!/bin/sh", *exports, f'exec {command} "$@"', ""]))
    FILE.chmod(0o700)
