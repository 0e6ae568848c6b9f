"""What the database alone makes of it: lock, insert, insert, one transaction for each registration."""

import re
import subprocess
import tempfile
from pathlib import Path
from uuid import UUID

from sqlalchemy import make_url

from benchmarks.errors import CannotMeasure
from services.local.postgres import program

_RATE = re.compile(r"^tps = ([\d.]+) \(without initial connection time\)", re.MULTILINE)
_FAILED = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)
_GRACE = 60
# The lock and the count are one statement, and each statement is prepared once: what a careful author would write.
_SCRIPT = """
BEGIN;
UPDATE event_places SET confirmed = confirmed + 1, last_position = last_position + 1, version = version + 1
    WHERE event_id = '{event}' RETURNING last_position, gen_random_uuid() AS registration \\gset
INSERT INTO registration (id, event_id, position, status, source, address, name, organisation, city, country, audience,
        language, time_zone, consent_version, consented_at, sequence, registered_at, confirmed_at)
    VALUES (:registration, '{event}', :last_position, 'confirmed', 'api',
        substr(md5(:last_position::text), 1, 8) || '.' || :last_position || '@example.org', 'Attendee', 'Works office',
        'City', 'ES', 'Students', 'en', 'Europe/Madrid', '2026-11', now(), 0, now(), now());
INSERT INTO message (id, event_id, registration_id, kind, occasion, priority, status, sequence, facts, created_at,
        due_at, attempts)
    VALUES (gen_random_uuid(), '{event}', :registration, 'confirmation', 'first', 15, 'pending', 0, '{{}}', now(),
        now(), 0);
COMMIT;
"""


def transactions_per_second(database_url: str, event_id: UUID, *, seconds: float, connections: int) -> float:
    """Registrations that PostgreSQL takes one by one at this concurrency. Raises CannotMeasure where one failed."""
    url = make_url(database_url)
    with tempfile.TemporaryDirectory(prefix="plenary-pgbench-") as name:
        script = Path(name, "register.sql")
        script.write_text(_SCRIPT.format(event=event_id))
        command = [program("pgbench"), "--no-vacuum", "--protocol", "prepared", "--client", connections, "--jobs", 1]
        command += ["--time", max(1, round(seconds)), "--file", script]
        command += ["--host", url.host, "--port", url.port, "--username", url.username, url.database]
        finished = subprocess.run(
            [str(part) for part in command],
            env={"PGPASSWORD": url.password or ""},
            capture_output=True,
            text=True,
            timeout=seconds + _GRACE,
        )
    rate, failed = _RATE.search(finished.stdout), _FAILED.search(finished.stdout)
    if finished.returncode or rate is None or (failed and int(failed[1])):
        raise CannotMeasure(f"pgbench did not run as it should: {(finished.stderr or finished.stdout).strip()[:500]}")
    return float(rate[1])
