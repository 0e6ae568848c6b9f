"""What `docker compose up` brings up: healthy, closed, and knowing no more than it needs."""

import json
import re
import socket
import time

import pytest
from websocket import WebSocketBadStatusException, create_connection

from tests.compose.product import OWN_SERVICES, SERVICES, Product, compose, docker, eventually, service_of, variables

pytestmark = [pytest.mark.compose, pytest.mark.timeout(400)]


def test_every_service_is_healthy(product: Product) -> None:
    assert {service_of(one) for one in product.containers()} == SERVICES | OWN_SERVICES
    assert product.unwell() == []


def test_no_process_runs_as_root_or_could_become_it(product: Product) -> None:
    for container in product.containers():
        assert container["Config"]["User"] not in {"", "root", "0"}, service_of(container)
        assert "no-new-privileges:true" in container["HostConfig"]["SecurityOpt"], service_of(container)
        assert container["HostConfig"]["CapDrop"] == ["ALL"], service_of(container)
        if container["State"]["Running"]:
            users = docker("top", container["Id"], "-eo", "pid,uid,args").splitlines()[1:]
            assert all(int(line.split()[1]) for line in users), (service_of(container), users)


def test_no_container_can_change_its_image(product: Product) -> None:
    assert all(one["HostConfig"]["ReadonlyRootfs"] for one in product.containers())
    assert "Read-only file system" in product.run_in("api", "touch", "/app/x", check=False)


def test_state_is_in_named_volumes_only(product: Product) -> None:
    mounts = {(one["Type"], one.get("Name"), one["Destination"]) for c in product.containers() for one in c["Mounts"]}
    kept = {(name, place) for kind, name, place in mounts if kind == "volume"}
    assert kept == {
        ("plenary-test_database", "/var/lib/postgresql/data"),
        ("plenary-test_secrets", "/run/plenary/secrets"),
        ("plenary-test_proxy", "/data"),
    }
    # What the operator writes by hand, and the services only read.
    read_only = {one["Destination"] for c in product.containers() for one in c["Mounts"] if not one["RW"]}
    bound = {place for kind, _, place in mounts if kind == "bind"}
    assert bound == {"/etc/caddy/Caddyfile", "/etc/plenary/mail-templates"} <= read_only


def test_only_the_proxy_is_published_and_on_loopback_only(product: Product) -> None:
    published = [
        (service_of(one), port["HostIp"], int(port["HostPort"]))
        for one in product.containers()
        for ports in one["NetworkSettings"]["Ports"].values()
        for port in ports or []
    ]
    assert sorted(published) == sorted(
        [("proxy", "127.0.0.1", product.port), ("proxy", "127.0.0.1", product.mail_port)]
    )


def test_no_secret_can_be_read_from_outside_its_file(product: Product) -> None:
    secrets = product.secrets()
    assert set(secrets) == {"plenary_secret_key", "plenary_database_password", "plenary_redis_password"}
    assert len(set(secrets.values())) == 3

    described = docker("inspect", *[one["Id"] for one in product.containers()])
    arguments = "".join(docker("top", one["Id"]) for one in product.containers() if one["State"]["Running"])
    for name, secret in secrets.items():
        assert len(secret) == 64
        for said in (described, arguments, product.compose("config"), product.compose("logs", "--no-color")):
            assert secret not in said, name


@pytest.mark.parametrize(
    ("service", "own"), [("postgres", "plenary_database_password"), ("redis", "plenary_redis_password")]
)
def test_a_store_reads_its_own_password_and_nothing_else(product: Product, service: str, own: str) -> None:
    for name in product.secrets():
        told = product.run_in(service, "cat", f"/run/plenary/secrets/{name}", check=False)
        assert ("Permission denied" in told) == (name != own)


def test_the_dashboard_has_no_way_to_the_database(product: Product) -> None:
    dashboard = product.container("dashboard")
    reach = "import socket; socket.create_connection(('postgres', 5432), timeout=3)"

    assert not [name for name in variables(dashboard) if re.search("DATABASE|REDIS|SECRET|PASSWORD|SMTP", name)]
    assert dashboard["Mounts"] == []
    assert "socket.gaierror" in product.run_in("dashboard", "python", "-c", reach, check=False)


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/metrics/", "/%6detrics", "/dashboard/_stcore/metrics"])
def test_what_is_for_operators_is_closed_at_the_proxy(product: Product, path: str) -> None:
    assert product.ask("GET", path).status_code == 404


def test_operators_reach_it_inside(product: Product) -> None:
    read = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8000{}').read().decode())"

    assert '"redis":true' in product.run_in("api", "python", "-c", read.format("/readyz"))
    metrics = product.run_in("api", "python", "-c", read.format("/metrics"))
    assert "plenary_worker_alive 1.0" in metrics
    assert "plenary_dispatcher_alive 1.0" in metrics


def test_the_site_answers_with_headers_that_let_nothing_else_in(product: Product) -> None:
    answer = product.ask("GET", "/", headers={"Accept-Encoding": "gzip"})

    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Server" not in answer.headers


def test_the_dashboard_answers_under_its_path_and_fetches_from_nowhere_else(product: Product) -> None:
    answer = product.ask("GET", "/dashboard/")

    assert answer.status_code == 200
    assert "<title>Streamlit</title>" in answer.text
    policy = dict(rule.strip().split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["connect-src"] == "'self'"
    assert "Sign in" in product.ask("GET", "/dashboard/", headers={"Accept": "text/html"}).text


def test_the_dashboard_talks_over_the_proxy_but_not_to_pages_of_others(product: Product) -> None:
    address = f"ws://127.0.0.1:{product.port}/dashboard/_stcore/stream"

    connection = create_connection(address, origin=product.url, timeout=10, http_no_proxy=["127.0.0.1"])
    assert connection.getstatus() == 101
    connection.close()

    with pytest.raises(WebSocketBadStatusException, match="403"):
        create_connection(address, origin="http://evil.example", timeout=10, http_no_proxy=["127.0.0.1"])


def test_caught_mail_is_shown_under_no_other_name(product: Product) -> None:
    assert product.http.get(f"{product.mail_url}/api/v1/messages", timeout=10).json()["total"] >= 0

    other_name = product.http.get(
        f"{product.mail_url}/api/v1/messages", headers={"Host": f"evil.example:{product.mail_port}"}, timeout=10
    )
    assert other_name.content == b""


def test_a_body_that_is_too_large_is_refused(product: Product) -> None:
    for size in (1_500_000, 3_000_000):
        assert product.ask("POST", "/api/v1/sessions", data=b"x" * size).status_code == 413


def test_who_sends_too_slowly_is_cut_off(product: Product) -> None:
    with socket.create_connection(("127.0.0.1", product.port), timeout=30) as slow:
        began = time.monotonic()
        slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-")
        answer = slow.recv(1000)

    assert time.monotonic() - began < 20
    assert not answer or answer.startswith(b"HTTP/1.1 4")


def test_a_container_is_healthy_by_its_own_heartbeat_only(product: Product) -> None:
    """One where nothing beats is not well, although workers beat elsewhere."""
    ask = ("run", "--rm", "--no-deps", "--no-TTY", "worker", "python", "-m", "services.worker.health", "worker")

    assert "No worker of this host has beaten" in product.compose(*ask, check=False)


def test_a_dead_worker_is_seen_and_started_again(product: Product) -> None:
    """Every process of the container is killed at once, as when memory runs out."""
    before = [one["State"]["Pid"] for one in product.containers() if service_of(one) == "worker"]
    product.run_in("worker", "python", "-c", "import os; os.kill(-1, 9)", check=False)

    def are_others() -> bool:
        now = [one["State"]["Pid"] for one in product.containers() if service_of(one) == "worker"]
        return now != before and all(now)

    eventually(are_others, "another worker")
    eventually(lambda: product.unwell() == [], "healthy again")


def test_a_mail_server_takes_the_place_of_the_catcher() -> None:
    server = {"PLENARY_SMTP_HOST": "smtp.example.org", "PLENARY_MAIL_ADDRESS": "events@example.org"}

    assert "mail" in compose("config", "--services").split()
    assert "mail" not in compose("config", "--services", settings=server).split()
    said = compose("config", settings=server)
    assert "PLENARY_SMTP_SECURITY: starttls" in said
    assert "CAUGHT_MAIL" not in said
    refused = compose("config", settings={"PLENARY_SMTP_HOST": "smtp.example.org"}, check=False)
    assert "PLENARY_MAIL_ADDRESS" in refused


def test_a_domain_brings_https_and_addresses_to_match() -> None:
    files = ("--file", "docker-compose.yml", "--file", "deploy/https.yml")
    said = compose(*files, "config", "--format", "json", settings={"PLENARY_SITE_ADDRESS": "events.example.org"})
    services = json.loads(said)["services"]

    assert services["api"]["environment"]["PLENARY_SITE_URL"] == "https://events.example.org"
    assert services["dashboard"]["environment"]["PLENARY_DASHBOARD_URL"] == "https://events.example.org/dashboard"
    published = {(port.get("host_ip", "every address"), port["published"]) for port in services["proxy"]["ports"]}
    assert published == {("every address", "80"), ("every address", "443"), ("127.0.0.1", "8026")}


def test_what_comes_back_is_taken_in_only_where_somebody_said_how() -> None:
    how = {"PLENARY_INBOUND": "lmtp", "PLENARY_INBOUND_PORT": "2424"}

    assert "inbound" not in compose("config", "--services").split()
    services = json.loads(compose("config", "--format", "json", settings=how))["services"]
    inbound = services["inbound"]
    assert [(port["host_ip"], port["published"]) for port in inbound["ports"]] == [("127.0.0.1", "2424")]
    assert {"stores", "outside"} == set(inbound["networks"])
    assert (inbound["read_only"], inbound["cap_drop"]) == (True, ["ALL"])
    assert inbound["depends_on"]["migrations"]["condition"] == "service_completed_successfully"
    # Mails and entries name the addresses, whoever writes or shows them.
    for name in ("api", "worker", "dispatcher", "inbound"):
        assert services[name]["environment"]["PLENARY_INBOUND"] == "lmtp", name
    assert services["worker"]["image"] == inbound["image"]


def test_the_three_ways_in_all_stand_up_with_a_mail_server_and_a_domain() -> None:
    server = {"PLENARY_SMTP_HOST": "smtp.example.org", "PLENARY_MAIL_ADDRESS": "events@example.org"}
    files = ("--file", "docker-compose.yml", "--file", "deploy/https.yml")
    for how in ("lmtp", "smtp", "imap"):
        settings = server | {"PLENARY_SITE_ADDRESS": "events.example.org", "PLENARY_INBOUND": how}
        services = json.loads(compose(*files, "config", "--format", "json", settings=settings))["services"]
        assert services["inbound"]["environment"]["PLENARY_MAIL_ADDRESS"] == "events@example.org"
