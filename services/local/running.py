"""The whole of Plenary on this machine, from the first process to the last."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from services.local import command_file, interruption, lock, places, programs, terminal
from services.local.errors import LocalError
from services.local.ports import free_port
from services.local.postgres import Cluster, prepare
from services.local.preparation import database_password, kept_secret, new_secret, prepare_database
from services.local.programs import Group
from services.local.redis import Server
from services.local.settings import LocalSettings, chosen_settings, reserve_ports
from services.local.sign_in import kept_sign_in
from services.local.supervision import supervised
from services.local.watching import wait_until_working, watch


def main() -> int:
    interruption.raise_on_signals()
    interruption.watch_parent()
    os.chdir(places.ROOT)
    try:
        settings = chosen_settings()
        places.make_folders()
        with lock.held(places.RUN / "lock", note=_note(settings)) as held:
            reserve_ports(settings)
            run(settings, held)
    except LocalError as error:
        terminal.complain(error)
        return 1
    except PermissionError as refusal:
        terminal.complain(LocalError(_about_refused(refusal)))
        return 1
    except interruption.Interrupted:
        terminal.say("Stopped.")
    return 0


def run(settings: LocalSettings, held_lock: IO[str]) -> None:
    """Until interrupted."""
    kept_secret("plenary_secret_key")
    cluster = Cluster(places.POSTGRES, database_password(), free_port())
    redis = Server(places.RUN, new_secret("plenary_redis_password"), free_port())
    smtp_port, inbound_port = free_port(), free_port()
    redis.write_configuration()
    _prepare_cluster(cluster)
    stores = programs.stores(cluster, redis)
    services = programs.services(settings, smtp_port=smtp_port, inbound_port=inbound_port)
    environment = programs.environment(settings, cluster, redis, smtp_port=smtp_port, inbound_port=inbound_port)
    command_file.write(environment)
    with supervised([*stores, *services], environment, held_lock) as supervisor:
        try:
            terminal.say("Starting PostgreSQL and Redis …")
            supervisor.start(Group.STORES)
            wait_until_working(supervisor, stores)
            sign_in, is_new_password = kept_sign_in(settings)
            prepare_database(cluster, sign_in, environment, is_new_password=is_new_password)
            terminal.say("Starting the site, the dashboard, the dispatcher, two workers and the mail catcher …")
            supervisor.start(Group.SERVICES)
            wait_until_working(supervisor, services)
            terminal.welcome(sign_in)
            watch(supervisor, [*stores, *services])
        finally:
            interruption.ignore_signals()
            terminal.say("Stopping …")


def _prepare_cluster(cluster: Cluster) -> None:
    if not cluster.directory.exists():
        terminal.say("Making a database in var/postgres …")
    opened = prepare(cluster)
    if opened:
        terminal.say(_about_opened(opened))


def _about_opened(directories: Sequence[Path]) -> str:
    names = ", ".join(str(directory) for directory in directories)
    return f"PostgreSQL does not run as root, so it runs as nobody; others may now pass through {names}."


def _about_refused(refusal: PermissionError) -> str:
    return (
        f"{refusal.filename}: {refusal.strerror}. If another account ran Plenary here before, go on as that account; "
        "or remove var/, and with it the database, to begin again."
    )


def _note(settings: LocalSettings) -> str:
    return f"site {settings.site_url}, dashboard {settings.dashboard_url}, caught mail {settings.mail_url}."
