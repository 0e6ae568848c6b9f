"""Delivery reports and complaints in the shapes that mail servers give them, written for these tests."""

from itertools import count

_numbers = count(1)
ADA = "ada@example.org"
REFUSED = "550 5.1.1 <ada@example.org>: Recipient address rejected: no such user"


def crlf(text: str) -> bytes:
    return text.strip("\n").replace("\n", "\r\n").encode() + b"\r\n"


def _identifier() -> str:
    return f"<report-{next(_numbers)}@mx.example.net>"


def postfix(to: str, *, action: str = "failed", status: str = "5.1.1", said: str = REFUSED) -> bytes:
    """Three parts: words, the report, and the headers of what was returned."""
    return crlf(f"""
Received: by mx.example.net (Postfix)
\tid 4ZxQ2L0pYz; Wed, 25 Nov 2026 10:00:02 +0000 (UTC)
Date: Wed, 25 Nov 2026 10:00:02 +0000 (UTC)
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4ZxQ2L0pYz.1764064802/mx.example.net"
Content-Transfer-Encoding: 8bit
Message-Id: {_identifier()}

This is a MIME-encapsulated message.

--4ZxQ2L0pYz.1764064802/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

Your message could not be brought to one or more recipients. It is attached below.

<{ADA}>: host mail.example.org[192.0.2.10] said: {said}

--4ZxQ2L0pYz.1764064802/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4ZxQ2L0pYz
X-Postfix-Sender: rfc822; {to}
Arrival-Date: Wed, 25 Nov 2026 10:00:01 +0000 (UTC)

Final-Recipient: rfc822; {ADA}
Original-Recipient: rfc822;{ADA}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; {said}

--4ZxQ2L0pYz.1764064802/mx.example.net
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <{to}>
From: "Network of Cities" <events@plenary.localhost>
To: "Ada" <{ADA}>
Subject: You have a place
Message-ID: <confirmation.1@plenary.localhost>

--4ZxQ2L0pYz.1764064802/mx.example.net--
""")


def exim(to: str) -> bytes:
    """No Diagnostic-Code for a mailbox that the server itself does not know, and its words in several lines."""
    return crlf(f"""
Received: from Debian-exim by smarthost.example.net with local (Exim 4.98)
\tid 1tFabc-0001Xy-2Z
\tfor {to}; Wed, 25 Nov 2026 10:00:05 +0000
X-Failed-Recipients: {ADA}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@smarthost.example.net>
To: {to}
References: <confirmation.1@plenary.localhost>
Content-Type: multipart/report; report-type=delivery-status; boundary=1764064805-eximdsn-1804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: {_identifier()}
Date: Wed, 25 Nov 2026 10:00:05 +0000

--1764064805-eximdsn-1804289383
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

--1764064805-eximdsn-1804289383
Content-type: message/delivery-status

Reporting-MTA: dns; smarthost.example.net

Action: failed
Final-Recipient: rfc822;{ADA}
Status: 5.0.0
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550-Mailbox unknown.
 550 Ask the postmaster of example.org

--1764064805-eximdsn-1804289383
Content-type: message/rfc822

Return-path: <{to}>
Subject: You have a place
Content-Type: text/plain

Hello.

--1764064805-eximdsn-1804289383--
""")


def exchange(to: str) -> bytes:
    """Exchange Online: long words, an HTML part beside the text, and the whole mail behind the report."""
    return crlf(f"""
From: <postmaster@outlook.example.com>
To: <{to}>
Date: Wed, 25 Nov 2026 10:01:00 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="fe2d1a0c-7c2e-4d0b-9f1e-1b0a4a3b2c1d"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-GB
Message-ID: {_identifier()}
In-Reply-To: <confirmation.1@plenary.localhost>
Subject: Undeliverable: You have a place
Auto-Submitted: auto-replied
MIME-Version: 1.0

--fe2d1a0c-7c2e-4d0b-9f1e-1b0a4a3b2c1d
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="0a8b5a8e-51f2-4f7e-8a77-9a4d2f3b6c55"

--0a8b5a8e-51f2-4f7e-8a77-9a4d2f3b6c55
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message to ada@example.org couldn't be delivered=2E

--0a8b5a8e-51f2-4f7e-8a77-9a4d2f3b6c55
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<p>Your message couldn't be delivered=2E</p>

--0a8b5a8e-51f2-4f7e-8a77-9a4d2f3b6c55--

--fe2d1a0c-7c2e-4d0b-9f1e-1b0a4a3b2c1d
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01MB1234.eurprd01.prod.example.com
Received-From-MTA: dns;mail.plenary.localhost
Arrival-Date: Wed, 25 Nov 2026 10:00:58 +0000

Final-Recipient: rfc822;{ADA}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: Ada

--fe2d1a0c-7c2e-4d0b-9f1e-1b0a4a3b2c1d
Content-Type: message/rfc822

From: <events@plenary.localhost>
To: <{ADA}>
Subject: You have a place
Content-Type: text/plain

Hello.

--fe2d1a0c-7c2e-4d0b-9f1e-1b0a4a3b2c1d--
""")


def gmail(to: str) -> bytes:
    """The report stands third, behind a picture; the recipient's block begins with it."""
    return crlf(f"""
Received: by 2002:a05:6402:524e:b0:5e4:cba0:1111 with SMTP id t14mr1; Wed, 25 Nov 2026 02:00:10 -0800 (PST)
Content-Type: multipart/report; boundary="000000000000aa11bb0627c0ffee"; report-type=delivery-status
To: {to}
From: Mail Delivery Subsystem <mailer-daemon@googlemail.example.com>
Subject: Delivery Status Notification (Failure)
Auto-Submitted: auto-replied
References: <confirmation.1@plenary.localhost>
In-Reply-To: <confirmation.1@plenary.localhost>
X-Failed-Recipients: {ADA}
Message-ID: {_identifier()}
Date: Wed, 25 Nov 2026 02:00:10 -0800 (PST)

--000000000000aa11bb0627c0ffee
Content-Type: multipart/related; boundary="000000000000aa12cc0627c0fff0"

--000000000000aa12cc0627c0fff0
Content-Type: multipart/alternative; boundary="000000000000aa12dd0627c0fff1"

--000000000000aa12dd0627c0fff1
Content-Type: text/plain; charset="UTF-8"

** Address not found **

--000000000000aa12dd0627c0fff1--
--000000000000aa12cc0627c0fff0
Content-Type: image/png; name="icon.png"
Content-Disposition: attachment; filename="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgo=
--000000000000aa12cc0627c0fff0--
--000000000000aa11bb0627c0ffee
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.example.com
Received-From-MTA: dns; events@plenary.localhost
Arrival-Date: Wed, 25 Nov 2026 02:00:09 -0800 (PST)
X-Original-Message-ID: <confirmation.1@plenary.localhost>

Final-Recipient: rfc822; {ADA}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.org. (192.0.2.10, the server for the domain.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
 550-5.1.1 double-checking the address for typos.
 550 5.1.1 a640c23a62f3a-b0 - gsmtp
Last-Attempt-Date: Wed, 25 Nov 2026 02:00:10 -0800 (PST)

--000000000000aa11bb0627c0ffee
Content-Type: message/rfc822

To: {ADA}
Subject: You have a place

Hello.
--000000000000aa11bb0627c0ffee--
""")


def amazon(to: str) -> bytes:
    """SES: no Final-Recipient name space is spaced alike, and what was returned comes as headers."""
    return crlf(f"""
Return-Path: <>
From: MAILER-DAEMON@email-bounces.example.com
To: {to}
Subject: Delivery Status Notification (Failure)
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="a1_NTwZ8dYQ"
Message-ID: {_identifier()}
Date: Wed, 25 Nov 2026 10:00:20 +0000

--a1_NTwZ8dYQ
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 7bit

An error occurred while trying to deliver the mail to the following recipients:
ada@example.org
--a1_NTwZ8dYQ
Content-Type: message/delivery-status
Content-Transfer-Encoding: 7bit

Reporting-MTA: dsn; a8-50.smtp-out.example.com

Action: failed
Final-Recipient: rfc822; {ADA}
Diagnostic-Code: smtp; 550 5.1.1 user unknown
Status: 5.1.1

--a1_NTwZ8dYQ
Content-Type: text/rfc822-headers

Message-ID: <confirmation.1@plenary.localhost>

--a1_NTwZ8dYQ--
""")


def sendgrid(to: str) -> bytes:
    """No report-type at all, fields in lower case."""
    return crlf(f"""
From: MAILER-DAEMON@bounces.example.net
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: {_identifier()}
Content-Type: multipart/report; boundary=----------=_1764064830-30-1
MIME-Version: 1.0

------------=_1764064830-30-1
Content-Type: text/plain; charset="utf-8"
Content-Disposition: inline

Hello, this is the mail server.
------------=_1764064830-30-1
content-type: message/delivery-status
Content-Disposition: inline

Reporting-MTA: dns; o1.example.net
X-Queue-ID: 4ZxQ

final-recipient: rfc822; {ADA}
action: Failed
status: 5.1.1 (bad destination mailbox address)
diagnostic-code: 550 5.1.1 The mailbox does not exist

------------=_1764064830-30-1--
""")


BOUNCES = {"postfix": postfix, "exim": exim, "exchange": exchange, "gmail": gmail, "ses": amazon, "sendgrid": sendgrid}


def expanded(to: str) -> bytes:
    """The address stands for two: one was reached, the other was not."""
    plain = postfix(to).decode()
    other = f"Final-Recipient: rfc822; {ADA}\r\nAction: relayed\r\nStatus: 2.0.0\r\n\r\nFinal-Recipient"
    return plain.replace("Final-Recipient", other, 1).encode()


def vacation(to: str) -> bytes:
    return crlf(f"""
From: Ada <{ADA}>
To: {to}
Subject: Out of office: You have a place
Auto-Submitted: auto-replied
Precedence: bulk
Message-ID: {_identifier()}

I am away. Action: failed Status: 5.1.1
""")


def complaint(to: str, sent_from: str, *, feedback: str = "abuse") -> bytes:
    """ARF: what was said about it, and the mail that it is about."""
    return crlf(f"""
From: <abusedesk@provider.example.com>
To: {to}
Date: Wed, 25 Nov 2026 12:00:00 +0000
Subject: FW: You have a place
Message-ID: {_identifier()}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
\tboundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for a message received from IP 192.0.2.1.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: {feedback}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{sent_from}>
Original-Rcpt-To: <redacted>

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

Return-Path: <{sent_from}>
From: <events@plenary.localhost>
To: <redacted>
Subject: You have a place

Hello.
--part1_13d.2e68ed54_boundary--
""")
