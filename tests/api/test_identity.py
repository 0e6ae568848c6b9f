"""Signing in with an identity provider: what the API believes of its tokens, and whom it lets in."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.api import identity
from shared.models import Organiser
from shared.settings import get_settings
from tests.factories import make_organiser
from tests.oidc_provider import CLIENT, Provider, running_provider

ADA = "ada@example.org"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with running_provider() as running:
        monkeypatch.setenv("PLENARY_OIDC_ISSUER", running.issuer)
        monkeypatch.setenv("PLENARY_OIDC_CLIENT_ID", CLIENT)
        get_settings.cache_clear()
        identity._kept.clear()
        yield running
    monkeypatch.undo()
    get_settings.cache_clear()


def sign_in(client: TestClient, token: str, nonce: str = "n-1") -> Any:
    return client.post("/api/v1/sessions/identity", json={"id_token": token, "nonce": nonce})


def test_a_verified_address_signs_its_organiser_in_and_is_bound(
    session: Session, client: TestClient, provider: Provider
) -> None:
    ada = make_organiser(session, address=ADA)

    first = sign_in(client, provider.token("n-1"))
    moved = sign_in(client, provider.token("n-1", email="elsewhere@example.org"))

    assert (first.status_code, moved.status_code) == (201, 201), first.text
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {moved.json()['token']}"}).json()
    assert me["id"] == str(ada.id)
    session.refresh(ada)
    assert ada.identity == f"{provider.issuer} ada-1"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example"}, "another provider"),
        ({"aud": "somebody"}, "for somebody else"),
        ({"aud": [CLIENT, "somebody"]}, "for somebody else"),
        ({"exp": int(time.time()) - 120}, "has expired"),
        ({"iat": int(time.time()) + 600}, "of the future"),
        ({"nonce": "another"}, "not of this sign-in"),
        ({"sub": ""}, "names nobody"),
        ({"exp": "soon"}, "has expired"),
    ],
)
def test_a_token_that_proves_nothing_is_refused(
    session: Session, client: TestClient, provider: Provider, claims: dict[str, Any], reason: str
) -> None:
    make_organiser(session, address=ADA)

    answer = sign_in(client, provider.token("n-1", **claims))

    assert answer.status_code == 401
    assert reason in answer.json()["detail"]


def test_only_the_provider_s_own_signature_counts(session: Session, client: TestClient, provider: Provider) -> None:
    make_organiser(session, address=ADA)
    head, body, _ = provider.token("n-1").split(".")
    theirs = Provider(provider.port).token("n-1")
    unsigned = f"eyJhbGciOiJub25lIn0.{body}."

    for forged in (theirs, unsigned, provider.token("n-1", algorithm="HS256"), f"{head}.{body}.AAAA", "nonsense"):
        assert sign_in(client, forged).status_code == 401


def test_a_key_that_is_new_is_fetched(
    session: Session, client: TestClient, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_organiser(session, address=ADA)
    assert sign_in(client, provider.token("n-1")).status_code == 201
    provider.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    assert sign_in(client, provider.token("n-1")).status_code == 401

    now = time.monotonic()
    monkeypatch.setattr(identity.time, "monotonic", lambda: now + 61)

    assert sign_in(client, provider.token("n-1")).status_code == 201


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"email_verified": False}, "no verified address"),
        ({"email_verified": "true"}, "no verified address"),
        ({"email": "stranger@example.org"}, "Ask an owner"),
    ],
)
def test_nobody_is_made_an_organiser_by_signing_in(
    session: Session, client: TestClient, provider: Provider, claims: dict[str, Any], words: str
) -> None:
    make_organiser(session, address=ADA)

    answer = sign_in(client, provider.token("n-1", **claims))

    assert answer.status_code == 401
    assert words in answer.json()["detail"]
    assert session.query(Organiser).count() == 1


def test_an_address_that_belongs_to_another_identity_is_refused(
    session: Session, client: TestClient, provider: Provider
) -> None:
    make_organiser(session, address=ADA)
    assert sign_in(client, provider.token("n-1")).status_code == 201

    assert sign_in(client, provider.token("n-1", sub="mallory")).status_code == 401


def test_without_a_provider_there_is_nothing_to_sign_in_with(client: TestClient) -> None:
    assert sign_in(client, "a.b.c").status_code == 404
