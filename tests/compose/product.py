"""The product as `docker compose` brings it up, and the ways in which tests look at it."""

import email
import email.policy
import json
import os
import subprocess
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import requests

from services.local.ports import free_port
from services.local.waiting import wait_until

ROOT = Path(__file__).parents[2]
PROJECT = "plenary-test"
# What runs, beside the two that run once.
SERVICES = {"proxy", "api", "dashboard", "dispatcher", "worker", "postgres", "redis", "mail"}
OWN_SERVICES = {"api", "dashboard", "dispatcher", "worker", "secrets", "migrations"}
PATIENCE = timedelta(seconds=60)


def compose(
    *arguments: str, settings: dict[str, str] | None = None, check: bool = True, stdin: str | None = None
) -> str:
    """What one `docker compose` command says. No setting of this machine reaches it, no .env file either."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLENARY_", "COMPOSE_"))}
    environment = kept | {"PLENARY_TAG": "test"} | (settings or {})
    command = ["docker", "compose", "--project-name", PROJECT, "--env-file", os.devnull, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, input=stdin, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout if check else done.stdout + done.stderr


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout


def eventually(condition: Callable[[], bool], what: str, *, within: timedelta = PATIENCE) -> None:
    assert wait_until(condition, within=within, pause=timedelta(milliseconds=250)), f"In {within}: not {what}."


class Product:
    """One running installation on free ports of this machine."""

    def __init__(self) -> None:
        self.port, self.mail_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.mail_url = f"http://127.0.0.1:{self.mail_port}"
        self._settings = {"PLENARY_HTTP_PORT": str(self.port), "PLENARY_MAIL_PORT": str(self.mail_port)}
        self.http = requests.Session()
        self.http.trust_env = False

    def compose(
        self, *arguments: str, check: bool = True, stdin: str | None = None, settings: dict[str, str] | None = None
    ) -> str:
        return compose(*arguments, settings=self._settings | (settings or {}), check=check, stdin=stdin)

    def up(self, *before: str, settings: dict[str, str] | None = None) -> None:
        """`before`: what goes before the command, such as further files."""
        self.compose(*before, "up", "--detach", "--build", "--wait", "--wait-timeout", "240", settings=settings)

    def down(self) -> None:
        self.compose("down", "--volumes", "--remove-orphans")

    def run_in(self, service: str, *command: str, check: bool = True, stdin: str | None = None) -> str:
        return self.compose("exec", "--no-TTY", service, *command, check=check, stdin=stdin)

    def plenary(self, *arguments: str, stdin: str | None = None) -> str:
        return self.run_in("api", "plenary", *arguments, stdin=stdin)

    def redis(self, *command: str) -> str:
        secret = "/run/plenary/secrets/plenary_redis_password"
        return self.run_in("redis", "sh", "-c", f'REDISCLI_AUTH=$(cat {secret}) exec redis-cli "$@"', "-", *command)

    def containers(self) -> list[dict[str, Any]]:
        """Everything `docker inspect` tells of every container, those that have ended too."""
        described: list[dict[str, Any]] = json.loads(docker("inspect", *self.compose("ps", "--all", "--quiet").split()))
        return described

    def container(self, service: str) -> dict[str, Any]:
        return next(one for one in self.containers() if service_of(one) == service)

    def secrets(self) -> dict[str, str]:
        read = "import json, pathlib; d = pathlib.Path('/run/plenary/secrets')"
        say = "print(json.dumps({file.name: file.read_text() for file in d.iterdir()}))"
        kept: dict[str, str] = json.loads(self.run_in("api", "python", "-c", f"{read}; {say}"))
        return kept

    def unwell(self) -> list[str]:
        """Services that are not as they should be: healthy, or ended well."""
        return [
            service_of(one)
            for one in self.containers()
            if one["State"].get("Health", {}).get("Status") != "healthy"
            and not (one["State"]["Status"] == "exited" and one["State"]["ExitCode"] == 0)
        ]

    def ask(self, method: str, path: str, *, token: str | None = None, **request: Any) -> requests.Response:
        headers = ({"Authorization": f"Bearer {token}"} if token else {}) | request.pop("headers", {})
        return self.http.request(method, self.url + path, headers=headers, timeout=20, **request)

    def mails_to(self, address: str) -> list[EmailMessage]:
        found = self.http.get(f"{self.mail_url}/api/v1/search", params={"query": f"to:{address}"}, timeout=10).json()
        raw = [
            self.http.get(f"{self.mail_url}/api/v1/message/{one['ID']}/raw", timeout=10) for one in found["messages"]
        ]
        return [email.message_from_bytes(one.content, policy=email.policy.default) for one in raw]


def service_of(container: dict[str, Any]) -> str:
    name: str = container["Config"]["Labels"]["com.docker.compose.service"]
    return name


def variables(container: dict[str, Any]) -> dict[str, str]:
    return dict(variable.split("=", 1) for variable in container["Config"]["Env"])
