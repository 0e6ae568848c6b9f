"""DKIM: what we sign verifies, and what is changed on the way does not (RFC 6376, RFC 8058 section 4)."""

from dataclasses import replace
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from shared import clock
from shared.mail import signing
from shared.mail.mime import Mail, octets
from shared.settings import Settings


def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, password: bytes | None = None) -> str:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock).decode()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def settings(key: str | None) -> Settings:
    return Settings(mail_address="events@example.org", dkim_private_key=key)


def mail(**facts: Any) -> bytes:
    given = Mail(
        from_name="Ríos y Ciudades",
        from_address="events@example.org",
        to_name="Ada",
        to_address="ada@example.net",
        reply_to="host@example.org",
        subject="Starts tomorrow: Çà et là",
        plain="Hello",
        html="<p>Hello</p>",
        language="en",
        message_id="<reminder.1@example.org>",
        date=clock.now(),
        list_unsubscribe_url="https://events.example.org/unsubscribe/abc",
        feedback_id="reminder:water:rivers:plenary",
    )
    return octets(replace(given, **facts))


def verifies(octets: bytes, key: str) -> bool:
    record = signing.public_record(settings(key))
    assert record is not None

    def lookup(name: bytes, timeout: int = 5) -> bytes | None:
        return record.encode() if name == b"plenary._domainkey.example.org." else None

    return bool(dkim.verify(octets, dnsfunc=lookup))


def test_a_signed_mail_verifies_with_the_record_that_is_printed(key: rsa.RSAPrivateKey) -> None:
    octets = mail()
    signed = signing.sign(octets, settings(pem(key)))
    assert signed.startswith(b"DKIM-Signature: ")
    assert signed.endswith(octets)
    assert verifies(signed, pem(key))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"/unsubscribe/abc", b"/unsubscribe/xyz"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"Subject: ", b"Subject: Re: "),
        (b"Reply-To: host", b"Reply-To: evil"),
        (b"\r\nFrom: ", b"\r\nFrom: Evil <evil@example.org>\r\nFrom: "),
    ],
)
def test_a_mail_changed_on_the_way_does_not_verify(key: rsa.RSAPrivateKey, before: bytes, after: bytes) -> None:
    signed = signing.sign(mail(), settings(pem(key)))
    changed = signed.replace(before, after, 1)
    assert changed != signed
    assert not verifies(changed, pem(key))


@pytest.mark.parametrize("text", ["Çà et là: مدن ومياه", "a" * 150, "word " * 30, "tab\tand  spaces", "…"])
@pytest.mark.parametrize("body", ["", "\n\n\n", "x" * 5000, ".\n.."])
def test_whatever_a_mail_says_its_signature_verifies(key: rsa.RSAPrivateKey, text: str, body: str) -> None:
    signed = signing.sign(mail(subject=text, to_name=text, plain=body, html=body), settings(pem(key)))
    assert verifies(signed, pem(key))
    assert max(map(len, signed.split(b"\r\n"))) <= 998


def test_a_body_without_an_end_is_signed_as_it_is_sent(key: rsa.RSAPrivateKey) -> None:
    head = mail().partition(b"\r\n\r\n")[0]
    for body in (b"", b"\r\n\r\n", b"no end", b"one\r\n", b"two\r\n\r\n\r\n"):
        assert verifies(signing.sign(head + b"\r\n\r\n" + body, settings(pem(key))), pem(key))


def test_a_key_on_one_line_is_read_as_well(key: rsa.RSAPrivateKey) -> None:
    assert verifies(signing.sign(mail(), settings(pem(key).replace("\n", "\\n"))), pem(key))


def test_without_a_key_the_mail_is_as_it_is() -> None:
    octets = mail()
    assert signing.sign(octets, settings(None)) == octets
    assert signing.public_record(settings(None)) is None


def test_a_key_that_cannot_sign_says_why(key: rsa.RSAPrivateKey) -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    signing.require_usable_key(settings(pem(small)))
    for wrong, why in (
        ("nonsense", "no private key in PEM form"),
        (pem(key, b"locked"), "without a password"),
        (pem(ed25519.Ed25519PrivateKey.generate()), "not an RSA key"),
    ):
        with pytest.raises(signing.KeyUnusable, match=why):
            signing.require_usable_key(settings(wrong))
