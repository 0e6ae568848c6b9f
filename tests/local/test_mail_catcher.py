"""Mail sent over SMTP can be read in the browser and by scripts, whatever its sender put into it."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from services.local import mail_reading
from services.local.mail_catcher import SIZE_LIMIT, caught_mail
from services.local.mail_viewer import create_app

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Cities & water\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def smtp(maildir: Path) -> Iterator[smtplib.SMTP]:
    with caught_mail(maildir) as port, smtplib.SMTP("127.0.0.1", port) as client:
        yield client


@pytest.fixture
def browser(maildir: Path) -> Iterator[TestClient]:
    with TestClient(create_app(maildir), base_url="http://127.0.0.1") as client:
        yield client


def confirmation(to: str = "ada@example.org", subject: str = "Your place: Cities and water") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Plenary <events@example.org>", to, subject
    message.set_content("You are in. Manage your place: https://example.org/my/abc123.")
    message.add_alternative("<p>You are <b>in</b>.</p>", subtype="html")
    message.add_alternative(CALENDAR.encode(), maintype="text", subtype="calendar", params={"method": "REQUEST"})
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Programme – été.pdf")
    return message


def send_raw(smtp: smtplib.SMTP, source: str, to: str = "ada@example.org") -> None:
    smtp.sendmail("events@example.org", [to], source.replace("\n", "\r\n").encode())


def newest(browser: TestClient) -> str:
    found: str = browser.get("/api/messages").json()[0]["id"]
    return found


def test_a_sent_mail_is_on_top_of_the_list(smtp: smtplib.SMTP, browser: TestClient) -> None:
    smtp.send_message(confirmation("ada@example.org", "First"))
    smtp.send_message(confirmation("bob@example.org", "Second"))

    page = browser.get("/").text

    assert page.index("Second") < page.index("First")
    assert "bob@example.org" in page


def test_an_empty_list_says_how_mail_gets_there(browser: TestClient) -> None:
    assert "Register for an event" in browser.get("/").text


def test_mail_is_found_by_whom_it_was_delivered_to_even_when_the_header_hides_it(
    smtp: smtplib.SMTP, browser: TestClient
) -> None:
    smtp.send_message(confirmation("everybody@example.org"), to_addrs=["Hidden@Example.org"])
    smtp.send_message(confirmation("bob@example.org"))

    found = browser.get("/api/messages", params={"to": "hidden@"}).json()

    assert [mail["to"] for mail in found] == [["Hidden@Example.org"]]
    assert "bob@example.org" not in browser.get("/", params={"to": "hidden@"}).text


def test_a_mail_is_shown_with_its_text_calendar_and_attachments(smtp: smtplib.SMTP, browser: TestClient) -> None:
    smtp.send_message(confirmation())

    page = browser.get(f"/messages/{newest(browser)}").text

    assert '<a href="https://example.org/my/abc123" rel="noreferrer">' in page
    assert '<iframe sandbox=""' in page
    assert "SUMMARY:Cities &amp; water" in page
    assert "Programme – été.pdf" in page


def test_scripts_read_a_mail_as_json_and_byte_for_byte(smtp: smtplib.SMTP, browser: TestClient) -> None:
    smtp.send_message(confirmation(subject="Votre place : été"))
    address = f"/api/messages/{newest(browser)}"

    mail, source = browser.get(address).json(), browser.get(f"{address}/raw").content

    assert mail["from"] == "Plenary <events@example.org>"
    assert mail["subject"] == "Votre place : été"
    assert mail["calendars"][0]["text"].splitlines() == CALENDAR.splitlines()
    assert source.startswith(b"Return-Path: <events@example.org>\r\nDelivered-To: ada@example.org\r\n")
    assert b"=?utf-8?" in source


def test_a_calendar_entry_is_downloaded_under_a_name_that_calendars_open(
    smtp: smtplib.SMTP, browser: TestClient
) -> None:
    smtp.send_message(confirmation())
    identifier = newest(browser)
    number = browser.get(f"/api/messages/{identifier}").json()["calendars"][0]["number"]

    download = browser.get(f"/messages/{identifier}/parts/{number}")

    assert download.headers["content-disposition"] == "attachment; filename*=UTF-8''calendar.ics"
    assert download.content.splitlines() == CALENDAR.encode().splitlines()


def test_a_long_list_continues_on_further_pages(smtp: smtplib.SMTP, browser: TestClient) -> None:
    for number in range(51):
        smtp.send_message(confirmation(subject=f"Mail number {number}."))

    first = browser.get("/").text
    older = first.partition('href="/?')[2].partition('"')[0].replace("&amp;", "&")

    assert "Mail number 0." not in first
    assert "Mail number 0." in browser.get(f"/?{older}").text


def test_html_is_served_so_that_it_can_neither_run_nor_load_anything(smtp: smtplib.SMTP, browser: TestClient) -> None:
    send_raw(smtp, "Content-Type: text/html\n\n<script>alert(1)</script><img src=https://example.org/seen.gif>")

    answer = browser.get(f"/messages/{newest(browser)}/html")

    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "https:" not in policy


def test_what_a_sender_wrote_into_headers_and_text_is_escaped_everywhere(
    smtp: smtplib.SMTP, browser: TestClient
) -> None:
    attack = "<script>alert(1)</script>"
    send_raw(smtp, f"From: {attack}\nSubject: {attack}\nX-{attack}: {attack}\n\n{attack} https://a.example/\"'{attack}")

    pages = browser.get("/").text + browser.get(f"/messages/{newest(browser)}").text

    assert "&lt;script&gt;" in pages
    assert "<script" not in pages


@pytest.mark.parametrize(
    "source",
    [
        "Subject: =?no-such-charset?Q?caf=E9?=\n\nbody",
        "Subject: =?utf-8?B?not base64!?=\nDate: yesterday\nFrom: <<<>>\n\nbody",
        "Content-Type: text/plain; charset=no-such-charset\n\nbody",
        "Content-Type: text/plain; charset=zlib\n\nbody",
        "Content-Type: multipart/mixed\n\nbody",
        'Content-Type: multipart/mixed; boundary="a"\n\n--a\nContent-Type: text/plain\n\nbody',
        "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!body!",
        "Content-Type: message/rfc822\n\nSubject: inside\n\nbody",
        'Content-Disposition: attachment; filename="../../etc/passwd"\n\nbody',
        "",
        "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000)),
    ],
)
def test_broken_mail_is_still_shown(smtp: smtplib.SMTP, browser: TestClient, source: str) -> None:
    send_raw(smtp, source)

    assert browser.get("/").status_code == 200
    assert browser.get(f"/messages/{newest(browser)}").status_code == 200


@given(st.binary(max_size=300) | st.text(alphabet='=?;:"\n boundarytext/plcs*%\x00é', max_size=300).map(str.encode))
def test_no_bytes_make_reading_a_mail_fail(tmp_path_factory: pytest.TempPathFactory, source: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "0-1-000001.mail"
    file.write_bytes(source)

    mail = mail_reading.read(file)

    assert mail_reading.summarise(file).id == mail.id == "0-1-000001"
    assert all(mail_reading.part_of(file, part.number) for part in [*mail.attachments, *mail.calendars])


def test_a_name_that_leads_out_of_the_folder_is_cut_to_its_last_step(smtp: smtplib.SMTP, browser: TestClient) -> None:
    send_raw(smtp, 'Content-Disposition: attachment; filename="../../etc/passwd"\n\nbody')

    answer = browser.get(f"/messages/{newest(browser)}/parts/0")

    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''passwd"


@pytest.mark.parametrize("identifier", ["nothing", "..%2F..%2Fetc%2Fpasswd", "%00", "*"])
def test_a_mail_that_is_not_there_is_not_found(browser: TestClient, identifier: str) -> None:
    assert browser.get(f"/messages/{identifier}").status_code == 404
    assert browser.get(f"/api/messages/{identifier}/raw").status_code == 404


def test_a_mail_beyond_the_limit_is_refused(smtp: smtplib.SMTP, maildir: Path) -> None:
    line = "x" * 900 + "\n"

    with pytest.raises(smtplib.SMTPException):
        send_raw(smtp, "Subject: too big\n\n" + line * (SIZE_LIMIT // len(line) + 10))

    assert not list(maildir.glob("new/*"))


def test_another_site_that_takes_our_address_for_its_name_reads_nothing(browser: TestClient) -> None:
    assert browser.get("/api/messages", headers={"Host": "evil.example"}).status_code == 400
