"""Signing in with an identity provider, as deploy/identity.yml adds it: through the networks that Compose makes."""

import json
from collections.abc import Iterator

import pytest
import requests

from tests.compose.product import PROJECT, Product, docker
from tests.oidc_provider import CLIENT, SECRET, Provider, running_provider

pytestmark = [pytest.mark.compose, pytest.mark.timeout(400)]

FILES = ("--file", "docker-compose.yml", "--file", "deploy/identity.yml")
NETWORK = f"{PROJECT}_identity"


def settings_for(issuer: str) -> dict[str, str]:
    return {
        "PLENARY_OIDC_ISSUER": issuer,
        "PLENARY_OIDC_CLIENT_ID": CLIENT,
        "PLENARY_OIDC_CLIENT_SECRET": SECRET,
        "PLENARY_OIDC_NAME": "your work account",
    }


@pytest.fixture
def provider(product: Product) -> Iterator[Provider]:
    """On this machine's own address in the network, where containers reach it, and nobody else does."""
    try:
        product.compose(*FILES, "create", settings=settings_for("http://not-known.example"))
        [network] = json.loads(docker("network", "inspect", NETWORK))
        with running_provider(network["IPAM"]["Config"][0]["Gateway"]) as running:
            product.up(*FILES, settings=settings_for(running.issuer))
            yield running
    finally:
        product.up()
        docker("network", "rm", NETWORK)


def test_an_organiser_signs_in_with_an_account_of_the_organisation(product: Product, provider: Provider) -> None:
    product.plenary("organiser", "add", "ada@example.org", "--name", "Ada")
    assert "Sign in with your work account" in product.ask("GET", "/dashboard/auth/sign-in").text

    with requests.Session() as browser:
        browser.trust_env = False
        there = browser.get(f"{product.url}/dashboard/auth/identity", allow_redirects=False, timeout=20)
        assert there.headers["location"].startswith(f"{provider.issuer}/authorize?")
        back = browser.get(there.headers["location"], allow_redirects=False, timeout=20)
        assert back.headers["location"].startswith(f"{product.url}/dashboard/auth/identity/callback?")
        signed_in = browser.get(back.headers["location"], allow_redirects=False, timeout=20)
        assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/dashboard/"), signed_in.text
        token = browser.cookies["plenary_session"]

    assert product.ask("GET", "/api/v1/me", token=token).json()["name"] == "Ada"
