"""Runs a command beside an empty database and an empty Redis that end with it.

python -m services.local.scratch -- alembic check
"""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from services.local.postgres import running_postgres
from services.local.redis import running_redis


def main() -> int:
    command = sys.argv[sys.argv.index("--") + 1 :]
    with TemporaryDirectory(prefix="plenary-") as name:
        folder = Path(name)
        with running_postgres(folder / "postgres", durable=False) as database, running_redis(folder / "redis") as redis:
            ours = {"DATABASE_URL": database, "REDIS_URL": redis, "SECRET_KEY": secrets.token_urlsafe(32)}
            settings = {f"PLENARY_{name}": value for name, value in ours.items()}
            return subprocess.run(command, env=os.environ | settings).returncode


if __name__ == "__main__":
    sys.exit(main())
