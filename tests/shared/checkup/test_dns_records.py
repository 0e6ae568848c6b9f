"""The records of the mail domain, asked of a real name server of our own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.local.ports import free_port
from shared.checkup import dns_records
from shared.checkup.findings import Finding, Level
from shared.mail import signing
from shared.settings import Settings

DOMAIN = "events.example.org"


@pytest.fixture(scope="module")
def key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@contextmanager
def name_server(zone: dict[tuple[str, str], list[str]]) -> Iterator[dns.resolver.Resolver]:
    """Answers with what the zone has, and says of every other name that it does not exist."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))

        def answer() -> None:
            while True:
                try:
                    octets, asker = listener.recvfrom(4096)
                except OSError:
                    return
                query = dns.message.from_wire(octets)
                if not query.question:
                    return
                [question] = query.question
                reply = dns.message.make_response(query)
                kind = dns.rdatatype.to_text(question.rdtype)
                records = zone.get((question.name.to_text(omit_final_dot=True), kind))
                if records is None:
                    reply.set_rcode(dns.rcode.NXDOMAIN)
                else:
                    reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
                listener.sendto(reply.to_wire(), asker)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], listener.getsockname()[1]
        yield resolver
        listener.sendto(dns.message.Message().to_wire(), listener.getsockname())
        thread.join(timeout=5)


def settings(**facts: Any) -> Settings:
    given = {"mail_address": f"hello@{DOMAIN}", "smtp_host": "smtp.example.net", "site_url": f"https://{DOMAIN}"}
    return Settings(**given | facts)


def checked(zone: dict[tuple[str, str], list[str]], **facts: Any) -> dict[str, Finding]:
    with name_server(zone) as resolver:
        return {one.check: one for one in dns_records.check(settings(**facts), resolver)}


def strings(text: str) -> str:
    return " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))


def test_what_is_missing_is_printed_ready_to_copy(key: str) -> None:
    findings = checked({}, dkim_private_key=key, inbound="smtp")

    assert {name: one.level for name, one in findings.items()} == dict.fromkeys(
        ("SPF", "DKIM", "DMARC", "MX"), Level.PROBLEM
    )
    assert findings["SPF"].records == (f'{DOMAIN}. TXT "v=spf1 a:smtp.example.net ~all"',)
    assert findings["DMARC"].records[0].startswith(f'_dmarc.{DOMAIN}. TXT "v=DMARC1; p=none;')
    assert findings["MX"].records == (f"{DOMAIN}. MX 10 {DOMAIN}.",)
    [record] = findings["DKIM"].records
    assert record.startswith(f'plenary._domainkey.{DOMAIN}. TXT "v=DKIM1; k=rsa; p=')
    assert all(len(part) <= 255 for part in record.split('"')[1::2])


def test_what_is_printed_is_found_right_when_it_is_set(key: str) -> None:
    record = signing.public_record(settings(dkim_private_key=key))
    assert record is not None
    zone = {
        (DOMAIN, "TXT"): ['"some-site-verification=1"', '"v=spf1 a:smtp.example.net ~all"'],
        (f"plenary._domainkey.{DOMAIN}", "TXT"): [strings(record)],
        ("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=reject"'],  # The organisation's domain speaks for it.
        (DOMAIN, "MX"): [f"10 {DOMAIN}."],
    }
    findings = checked(zone, dkim_private_key=key, inbound="lmtp")
    assert {one.level for one in findings.values()} == {Level.OK}


def test_another_key_and_two_records_are_found(key: str) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    wrong = signing.public_record(settings(dkim_private_key=pem))
    assert wrong is not None
    zone = {
        (DOMAIN, "TXT"): ['"v=spf1 -all"', '"v=spf1 a ~all"'],
        (f"plenary._domainkey.{DOMAIN}", "TXT"): [strings(wrong)],
    }
    findings = checked(zone, dkim_private_key=key)
    assert "2 SPF records" in findings["SPF"].says
    assert "another key" in findings["DKIM"].says
    assert "MX" not in findings


def test_without_a_key_the_remedy_is_to_make_one_and_a_broken_one_is_said_to_be() -> None:
    assert "docker compose run --rm secrets plenary_dkim_private_key" in str(checked({})["DKIM"].remedy)
    assert "no private key in PEM form" in checked({}, dkim_private_key="nonsense")["DKIM"].says


def test_where_no_name_server_answers_the_records_are_printed_all_the_same(key: str) -> None:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.timeout = ["127.0.0.1"], free_port(), 0.1
    found = list(dns_records.check(settings(dkim_private_key=key), resolver))
    assert {one.level for one in found} == {Level.UNKNOWN}
    assert all(one.records for one in found)


def test_a_domain_that_exists_nowhere_needs_nothing() -> None:
    [finding] = dns_records.check(Settings(mail_address="events@plenary.localhost"))
    assert finding.level is Level.UNKNOWN
