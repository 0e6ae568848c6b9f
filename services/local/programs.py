"""The programs that `make run` keeps running: what each is, and how one sees that it works."""

import http.client
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from services.local import places
from services.local.ports import LOOPBACK, is_free
from services.local.postgres import Cluster
from services.local.privileges import tied
from services.local.redis import Server
from services.local.settings import LocalSettings

# Seconds that an answer may take.
_ANSWER_LIMIT = 2


class Group(StrEnum):
    """Started in this order and stopped in the reverse one."""

    STORES = "stores"
    SERVICES = "services"


@dataclass(frozen=True)
class Program:
    name: str
    group: Group
    command: list[str]
    works: Callable[[], bool] = lambda: True
    stop_signal: str = "TERM"
    # One that ends sooner did not start; a little longer than Python needs to find a mistake in a module.
    settling_time: timedelta = timedelta(seconds=3)

    @property
    def log(self) -> Path:
        return places.LOGS / f"{self.name}.log"


def stores(cluster: Cluster, redis: Server) -> list[Program]:
    moment = timedelta(seconds=1)
    return [
        # PostgreSQL ends open connections on INT, and would wait for them on TERM.
        Program("postgres", Group.STORES, cluster.command(), cluster.answers, "INT", moment),
        Program("redis", Group.STORES, redis.command(), redis.answers, "TERM", moment),
    ]


def services(settings: LocalSettings, *, smtp_port: int, inbound_port: int) -> list[Program]:
    site, dashboard = str(settings.site_port), str(settings.dashboard_port)
    catcher = ["--maildir", str(places.MAIL), "--smtp-port", str(smtp_port), "--port", str(settings.mail_port)]
    catcher += ["--inbound-port", str(inbound_port)]
    return [
        _service(
            "mail", "services.local.mail_catcher", *catcher, "--site-url", settings.site_url, at=settings.mail_url
        ),
        _service(
            *("api", "services.api", "--host", LOOPBACK, "--port", site),
            at=f"{settings.site_url}/healthz",
        ),
        _service("dispatcher", "services.worker.dispatcher"),
        _service("worker-1", "services.worker.main"),
        _service("worker-2", "services.worker.main"),
        replace(_service("inbound", "services.worker.inbound"), works=lambda: not is_free(inbound_port)),
        _service(
            *("dashboard", "services.dashboard", "--host", LOOPBACK, "--port", dashboard),
            at=f"{settings.dashboard_url}/_stcore/health",
        ),
    ]


def _service(name: str, module: str, *arguments: str, at: str | None = None) -> Program:
    command = tied([sys.executable, "-m", module, *arguments], signal_name="SIGTERM")
    return Program(name, Group.SERVICES, command, (lambda: _answers(at)) if at else lambda: True)


def _answers(url: str) -> bool:
    # Not urllib: it would ask the proxy of the environment for our own address.
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.netloc, timeout=_ANSWER_LIMIT)
    try:
        connection.request("GET", target.path or "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def environment(
    settings: LocalSettings, cluster: Cluster, redis: Server, *, smtp_port: int, inbound_port: int
) -> dict[str, str]:
    """For every program. What the user set for mail texts and the like stays; where to connect is ours to say."""
    ours = ("PLENARY_DATABASE_", "PLENARY_REDIS_", "PLENARY_SMTP_", "PLENARY_INBOUND", "PLENARY_SECRET")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {
        **kept,
        **_without_proxy(kept),
        "PYTHONUNBUFFERED": "1",
        "PLENARY_SITE_URL": settings.site_url,
        "PLENARY_API_URL": settings.site_url,
        "PLENARY_DASHBOARD_URL": settings.dashboard_url,
        "PLENARY_CAUGHT_MAIL_URL": settings.mail_url,
        "PLENARY_DATABASE_URL": cluster.url.set(password=None).render_as_string(hide_password=False),
        "PLENARY_REDIS_URL": redis.url,
        "PLENARY_SMTP_HOST": LOOPBACK,
        "PLENARY_SMTP_PORT": str(smtp_port),
        # Answers of calendars can be tried here too: the catcher hands on what is sent to us.
        "PLENARY_INBOUND": "smtp",
        "PLENARY_INBOUND_HOST": LOOPBACK,
        "PLENARY_INBOUND_PORT": str(inbound_port),
        "PLENARY_SECRETS_DIR": str(places.SECRETS),
    }


def _without_proxy(variables: Mapping[str, str]) -> dict[str, str]:
    """The programs reach each other directly, also where a proxy is set for everything else."""
    excepted = variables.get("no_proxy") or variables.get("NO_PROXY") or ""
    value = ",".join(filter(None, [excepted, LOOPBACK, "localhost"]))
    return {"no_proxy": value, "NO_PROXY": value}
