"""Addresses that mail comes back to: each of its own mail, and nobody can make one up."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import return_addresses
from shared.models import Message, Registration
from shared.settings import Inbound, get_settings
from tests.effort import bounded

ADA = "ada@example.org"
DOMAIN = get_settings().mail_domain
LONGEST = "x" * 12


@bounded(50)
@given(st.uuids())
def test_an_address_is_read_back_whatever_servers_do_to_its_case(message_id: UUID) -> None:
    address = return_addresses.bounce_address(message_id, ADA)

    for written in (address, address.upper(), address.title(), f"  {address} "):
        sent = return_addresses.read(written)
        assert sent is not None
        assert sent.message_id == message_id
        assert sent.went_to("ADA@example.org")
        assert not sent.went_to("ada@example.com")


@bounded(50)
@given(st.uuids())
def test_an_address_fits_with_the_longest_mailbox(message_id: UUID) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(get_settings(), "bounce_mailbox", LONGEST)
        address = return_addresses.bounce_address(message_id, ADA)
        assert len(address.partition("@")[0]) <= 64
        assert address == address.lower()
        assert return_addresses.read(address) is not None


def test_an_address_says_nothing_of_whom_the_mail_went_to() -> None:
    assert "ada" not in return_addresses.bounce_address(UUID(int=0), ADA).partition("@")[0].partition("+")[0]
    one, other = (return_addresses.bounce_address(UUID(int=7), to) for to in (ADA, "bob@example.org"))
    assert one != other


@bounded(50)
@given(st.integers(0, 45), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_an_address_with_any_character_changed_is_nobodys(at: int, other: str) -> None:
    address = return_addresses.bounce_address(UUID(int=1), ADA)
    place = address.index("+") + 1 + at
    forged = address[:place] + other + address[place + 1 :]

    assert (return_addresses.read(forged) is None) == (forged != address)


@bounded(50)
@given(st.text(max_size=120))
def test_anything_else_is_nobodys(text: str) -> None:
    for address in (text, f"bounce+{text}@{DOMAIN}", f"bounce+{'a' * 46}@{DOMAIN}"):
        assert return_addresses.read(address) is None
        assert not return_addresses.is_ours(f"bounce+{text}@{DOMAIN}")


def test_an_address_of_another_key_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    address = return_addresses.bounce_address(uuid4(), ADA)
    assert return_addresses.find(f"Return-Path: <{address}>") is not None
    monkeypatch.setattr(type(get_settings()), "require_secret_key", lambda _: b"the key of somebody else, as long")

    assert return_addresses.read(address) is None
    assert return_addresses.find(f"Return-Path: <{address}>") is None


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        (get_settings().mail_address, True),
        (f"RSVP@{DOMAIN.upper()}", True),
        (f"rsvp+anything@{DOMAIN}", True),
        (f"canary+abc-1@{DOMAIN}", True),
        (f"canary@{DOMAIN}", True),
        (f"bounce@{DOMAIN}", False),
        (f"rsvp+@{DOMAIN}", False),
        (f"rsvp+a b@{DOMAIN}", False),
        (f"postmaster@{DOMAIN}", False),
        ("rsvp@example.org", False),
        (f"rsvp%example.org@{DOMAIN}", False),
        ("rsvp", False),
        ("", False),
    ],
)
def test_our_mailboxes_and_no_others(address: str, is_ours: bool) -> None:
    assert return_addresses.is_ours(address) is is_ours


def test_without_anybody_who_reads_them_bounces_go_to_the_platforms_mailbox(monkeypatch: pytest.MonkeyPatch) -> None:
    message = Message(id=uuid4(), registration=Registration(address=ADA, language="en", name="Ada"))
    assert return_addresses.envelope_sender(message) == get_settings().mail_address
    monkeypatch.setattr(get_settings(), "inbound", Inbound.LMTP)
    sent = return_addresses.read(return_addresses.envelope_sender(message))
    assert sent is not None
    assert sent.message_id == message.id
