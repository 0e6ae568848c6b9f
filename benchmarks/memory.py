"""Figure: memory of all processes together, each shared page counted once (PSS)."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.sync.client import ClientConnection, connect

from benchmarks import wrk
from benchmarks.aims import Aim
from benchmarks.plan import Plan
from benchmarks.stage import Stage
from benchmarks.world import make_event, make_token
from services.local.mail_catcher import caught_mail
from services.local.ports import LOOPBACK, free_port

# As many as docker-compose.yml starts.
WORKERS = 2
_LOAD_SECONDS = 3
# A screen answers in pieces; it is drawn when nothing came for so long.
_QUIET_SECONDS = 3


def measure(stage: Stage, plan: Plan) -> tuple[dict[str, Any], list[Aim]]:
    """After some work, so that what is loaded late counts: registrations, their mails, pages, an organiser's screen."""
    _, slug = make_event("A small crowd")
    with ExitStack() as running:
        address = running.enter_context(_everything(stage, plan))
        running.enter_context(_screen(stage, slug))
        url = f"{address}/api/v1/events/{slug}/registrations"
        wrk.register(url, seconds=_LOAD_SECONDS, connections=plan.connections)
        wrk.read(f"{address}/events/{slug}", seconds=_LOAD_SECONDS, connections=plan.connections)
        parts = {name: _megabytes(process) for name, process in stage.parts.items()}
    total = round(sum(parts.values()), 1)
    theirs = plan.pretix.get("memory")
    return {"pss_mb": parts | {"together": total}}, [
        Aim("memory over pretix’s", total / theirs if theirs else None, at_most=1)
    ]


@contextmanager
def _everything(stage: Stage, plan: Plan) -> Iterator[str]:
    with ExitStack() as running:
        os.environ["PLENARY_SMTP_PORT"] = str(running.enter_context(caught_mail(stage.directory / "mail")))
        address = running.enter_context(stage.api(processes=plan.api_processes))
        os.environ["PLENARY_API_URL"] = address
        running.enter_context(stage.running("dispatcher", "services.worker.dispatcher"))
        for number in range(WORKERS):
            running.enter_context(stage.running(f"worker-{number + 1}", "services.worker.main"))
        yield address


@contextmanager
def _screen(stage: Stage, slug: str) -> Iterator[None]:
    """The dashboard, with one event's live screen open."""
    port = free_port()
    with stage.running("dashboard", "services.dashboard", "--port", str(port)):
        stage.wait_for(port, "/dashboard/_stcore/health", "dashboard")
        headers = {"Cookie": f"plenary_session={make_token()}"}
        with connect(f"ws://{LOOPBACK}:{port}/dashboard/_stcore/stream", additional_headers=headers) as screen:
            wanted = BackMsg()
            wanted.rerun_script.query_string = f"event={slug}"
            screen.send(wanted.SerializeToString())
            _drawn(screen)
            yield


def _drawn(screen: ClientConnection) -> None:
    received = 0
    try:
        while True:
            received += len(screen.recv(timeout=_QUIET_SECONDS))
    except TimeoutError:
        if not received:
            raise


def _megabytes(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return round(sum(_pss(one.pid) for one in family) / 1000, 1)


def _pss(process_id: int) -> float:
    """Kilobytes; 0 for a process that ended meanwhile."""
    try:
        lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(float(line.split()[1]) * 1.024 for line in lines if line.startswith("Pss:"))
