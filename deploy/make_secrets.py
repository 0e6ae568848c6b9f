"""The installation's secrets: one file each, in the directory from which the services read them.

make_secrets.py                        makes those that are missing; what exists stays as it is
make_secrets.py plenary_smtp_password  keeps the one that is typed, or that stands on standard input
make_secrets.py plenary_dkim_private_key  keeps the one on standard input, or makes a new one
"""

import argparse
import getpass
import os
import secrets
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

DIRECTORY = Path(os.environ.get("PLENARY_SECRETS_DIR", "/run/plenary/secrets"))

# The group that may read a secret beside its owner, the services' own user. PostgreSQL and Redis run as the same user
# number in their official images, so each of them is given a group of its own.
POSTGRES, REDIS = 10002, 10003
GENERATED: dict[str, int | None] = {
    "plenary_secret_key": None,
    "plenary_database_password": POSTGRES,
    "plenary_redis_password": REDIS,
}
DKIM_KEY = "plenary_dkim_private_key"
GIVEN = ("plenary_smtp_password", "plenary_imap_password", DKIM_KEY)
KNOWN: dict[str, int | None] = GENERATED | dict.fromkeys(GIVEN)


def write(name: str, value: str) -> None:
    """Complete and with its readers, or not at all: it takes its name last."""
    descriptor, path = tempfile.mkstemp(prefix=f".{name}.", dir=DIRECTORY)
    with os.fdopen(descriptor, "w") as file:
        file.write(value)
        file.flush()
        os.fsync(descriptor)
    allow_readers(Path(path), KNOWN[name])
    Path(path).rename(DIRECTORY / name)


def allow_readers(file: Path, group: int | None) -> None:
    if group is not None:
        os.chown(file, -1, group)
    file.chmod(0o400 if group is None else 0o440)


def make_missing() -> list[str]:
    """The names of those made. What came back from a backup without its group is given it again."""
    existing = [name for name in KNOWN if (DIRECTORY / name).exists()]
    for name in existing:
        allow_readers(DIRECTORY / name, KNOWN[name])
    missing = [name for name in GENERATED if name not in existing]
    for name in missing:
        # Hexadecimal digits mean the same in a URL, a configuration file and a shell.
        write(name, secrets.token_hex(32))
    return missing


def dkim_key() -> str:
    """The one on standard input, in PEM form; a new one where a person sits there."""
    given = "" if sys.stdin.isatty() else sys.stdin.read().strip()
    return given or rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode("ascii")


def keep(name: str) -> None:
    if name == DKIM_KEY:
        write(name, dkim_key())
        return
    value = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not value:
        raise SystemExit(f"{name} is empty. Nothing was changed.")
    write(name, value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", choices=sorted(KNOWN))
    wish = parser.parse_args()
    if wish.name:
        keep(wish.name)
        say = f"{wish.name} is kept. Services that run read it when they are restarted."
    else:
        made = make_missing()
        say = f"Made {', '.join(made)}." if made else "All secrets were made before; nothing changed."
    sys.stdout.write(f"{say}\n")


if __name__ == "__main__":
    main()
