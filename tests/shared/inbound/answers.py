"""Answers of calendars in the shapes that their programs give them, written for these tests."""

import base64
from itertools import count
from uuid import UUID

from shared.ical import registration_uid
from shared.settings import get_settings
from tests.shared.inbound.reports import ADA, crlf

_numbers = count(1)
STAMP = "20261125T100000Z"


def uid_of(registration_id: UUID) -> str:
    return registration_uid(registration_id, get_settings().mail_domain)


def rsvp() -> str:
    return f"{get_settings().rsvp_mailbox}@{get_settings().mail_domain}"


def _identifier() -> str:
    return f"<answer-{next(_numbers)}@calendar.example.com>"


def google(
    registration_id: UUID, status: str = "ACCEPTED", *, sequence: int = 0, stamp: str = STAMP, headers: str = ""
) -> bytes:
    """Google Calendar: generated for the person, the answer twice, in the body and as a file."""
    ics = crlf(f"""
BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REPLY
BEGIN:VEVENT
DTSTART:20261203T140000Z
DTEND:20261203T150000Z
DTSTAMP:{stamp}
ORGANIZER;CN=Network of Cities:mailto:{rsvp()}
UID:{uid_of(registration_id)}
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={status};CN=Ada;X-NUM
 -GUESTS=0:mailto:{ADA}
CREATED:20261120T080000Z
DESCRIPTION:
LAST-MODIFIED:{stamp}
LOCATION:
SEQUENCE:{sequence}
STATUS:CONFIRMED
SUMMARY:Cities and water
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
""")
    return crlf(f"""
Reply-To: Ada <{ADA}>
Sender: Google Calendar <calendar-notification@google.example.com>
Auto-Submitted: auto-generated
Message-ID: {_identifier()}
Date: Wed, 25 Nov 2026 10:00:00 +0000
Subject: {status.title()}: Cities and water @ Thu 3 Dec 2026 3pm
From: Ada <{ADA}>
To: {rsvp()}
{headers}Content-Type: multipart/mixed; boundary="000000000000d0a1b20627c0ffee"
MIME-Version: 1.0

--000000000000d0a1b20627c0ffee
Content-Type: multipart/alternative; boundary="000000000000d0a1b00627c0ffec"

--000000000000d0a1b00627c0ffec
Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes
Content-Transfer-Encoding: base64

{base64.b64encode(b"Ada has answered.").decode()}
--000000000000d0a1b00627c0ffec
Content-Type: text/calendar; charset="UTF-8"; method=REPLY
Content-Transfer-Encoding: 7bit

{ics.decode().strip().replace(chr(13), "")}
--000000000000d0a1b00627c0ffec--

--000000000000d0a1b20627c0ffee
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"
Content-Transfer-Encoding: base64

{base64.encodebytes(ics).decode().strip()}
--000000000000d0a1b20627c0ffee--
""")


def exchange(registration_id: UUID, status: str = "ACCEPTED", *, sequence: int = 0, stamp: str = STAMP) -> bytes:
    """Exchange: MAILTO in capitals, Windows names of zones with rules of their own, the calendar in base64."""
    ics = crlf(f"""
BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT={status};CN=Ada:MAILTO:{ADA.upper()}
COMMENT;LANGUAGE=en-GB:\\n
UID:{uid_of(registration_id)}
SUMMARY;LANGUAGE=en-GB:Accepted: Cities and water
DTSTART;TZID=W. Europe Standard Time:20261203T150000
DTEND;TZID=W. Europe Standard Time:20261203T160000
CLASS:PUBLIC
PRIORITY:5
DTSTAMP:{stamp}
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:{sequence}
LOCATION;LANGUAGE=en-GB:Online
X-MICROSOFT-CDO-APPT-SEQUENCE:{sequence}
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-CDO-ALLDAYEVENT:FALSE
END:VEVENT
END:VCALENDAR
""")
    return crlf(f"""
From: Ada <{ADA}>
To: Network of Cities <{rsvp()}>
Subject: Accepted: Cities and water
Thread-Topic: Cities and water
Date: Wed, 25 Nov 2026 10:00:00 +0000
Message-ID: {_identifier()}
Content-Language: en-GB
Content-Type: multipart/alternative;
\tboundary="_000_AM0PR01MB1234A0B1C2D3E4F5_"
MIME-Version: 1.0

--_000_AM0PR01MB1234A0B1C2D3E4F5_
Content-Type: text/plain; charset="us-ascii"


--_000_AM0PR01MB1234A0B1C2D3E4F5_
Content-Type: text/calendar; charset="utf-8"; method=REPLY
Content-Transfer-Encoding: base64

{base64.encodebytes(ics).decode().strip()}

--_000_AM0PR01MB1234A0B1C2D3E4F5_--
""")


def outlook_com(registration_id: UUID, status: str = "ACCEPTED", *, sequence: int = 0, stamp: str = STAMP) -> bytes:
    """outlook.com: no ORGANIZER, in UTF-16, and the METHOD only beside the part's type."""
    ics = crlf(f"""
BEGIN:VCALENDAR
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
VERSION:2.0
BEGIN:VEVENT
ATTENDEE;PARTSTAT={status}:mailto:ada.lovelace@outlook.example.com
DTSTAMP:{stamp}
SEQUENCE:{sequence}
UID:{uid_of(registration_id).upper()}
END:VEVENT
END:VCALENDAR
""").decode()
    return crlf(f"""
From: Ada <ada.lovelace@outlook.example.com>
To: {rsvp()}
Subject: Accepted: Cities and water
Message-ID: {_identifier()}
MIME-Version: 1.0
Content-Type: text/calendar; charset="utf-16"; method="REPLY"
Content-Transfer-Encoding: base64

{base64.encodebytes(ics.encode("utf-16")).decode().strip()}
""")


def apple(registration_id: UUID, status: str = "ACCEPTED", *, sequence: int = 0, stamp: str = STAMP) -> bytes:
    """Apple Calendar: the calendar as a file, quoted-printable, with an alarm inside."""
    return crlf(f"""
From: Ada <{ADA}>
To: {rsvp()}
Subject: Ada accepted your invitation
Message-Id: {_identifier()}
Mime-Version: 1.0 (Mac OS X Mail 16.0)
Content-Type: multipart/mixed; boundary="Apple-Mail=_8F0D1C2B-AAAA"

--Apple-Mail=_8F0D1C2B-AAAA
Content-Transfer-Encoding: 7bit
Content-Type: text/plain; charset=us-ascii

Ada has answered.

--Apple-Mail=_8F0D1C2B-AAAA
Content-Disposition: attachment; filename="iCal-20261125-110000.ics"
Content-Type: application/octet-stream; x-unix-mode=0644; name="iCal-20261125-110000.ics"
Content-Transfer-Encoding: quoted-printable

BEGIN:VCALENDAR
CALSCALE:GREGORIAN
VERSION:2.0
METHOD:REPLY
PRODID:-//Apple Inc.//macOS 15.1//EN
BEGIN:VEVENT
UID:{uid_of(registration_id)}
ATTENDEE;CN=3D"Ada, of London";CUTYPE=3DINDIVIDUAL;PARTSTAT=3D{status};ROLE=3DREQ-=
PARTICIPANT;EMAIL=3D"{ADA}":mailto:{ADA}
DTSTART;TZID=3DEurope/Madrid:20261203T150000
DTEND;TZID=3DEurope/Madrid:20261203T160000
DTSTAMP:{stamp}
SEQUENCE:{sequence}
SUMMARY:Cities and water
BEGIN:VALARM
UID:not-ours
TRIGGER:-PT15M
ACTION:DISPLAY
END:VALARM
END:VEVENT
END:VCALENDAR

--Apple-Mail=_8F0D1C2B-AAAA--
""")


ANSWERS = {"google": google, "exchange": exchange, "outlook.com": outlook_com, "apple": apple}


def proposal(registration_id: UUID) -> bytes:
    """Outlook's "propose a new time"."""
    plain = exchange(registration_id, "TENTATIVE").decode()
    head, _, rest = plain.partition("base64\r\n\r\n")
    body, _, tail = rest.partition("\r\n\r\n")
    ics = base64.b64decode(body).replace(b"METHOD:REPLY", b"METHOD:COUNTER").replace(b"T150000", b"T170000")
    ics = ics.replace(b"T160000", b"T180000")
    return f"{head}base64\r\n\r\n{base64.encodebytes(ics).decode()}\r\n{tail}".replace(
        "method=REPLY", "method=COUNTER"
    ).encode()
