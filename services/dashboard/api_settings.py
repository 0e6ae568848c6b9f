"""The routes of a calendar's settings, and of the system."""

from collections.abc import Mapping
from urllib.parse import quote

from services.dashboard.api_connection import ACTION, Connection
from services.dashboard.failures import Failure
from shared.schemas.calendars import CalendarSettings, MailTest
from shared.schemas.system import SystemAnswer


def _path(calendar: str, rest: str) -> str:
    return f"/calendars/{quote(calendar, safe='')}{rest}"


class SettingsRoutes(Connection):
    def calendar_settings(self, token: str, calendar: str) -> CalendarSettings | Failure:
        return self._read(CalendarSettings, "GET", _path(calendar, "/settings"), token)

    def change_settings(
        self, token: str, calendar: str, changes: Mapping[str, object], *, version: str
    ) -> CalendarSettings | Failure:
        """Refused as outdated when somebody else has changed them since."""
        headers = {"If-Match": f'"{version}"'}
        path = _path(calendar, "/settings")
        return self._read(CalendarSettings, "PATCH", path, token, json=dict(changes), headers=headers, timeout=ACTION)

    def put_logo(self, token: str, calendar: str, octets: bytes) -> CalendarSettings | Failure:
        headers = {"Content-Type": "application/octet-stream"}
        path = _path(calendar, "/logo")
        return self._read(CalendarSettings, "PUT", path, token, data=octets, headers=headers, timeout=ACTION)

    def remove_logo(self, token: str, calendar: str) -> Failure | None:
        return self._do("DELETE", _path(calendar, "/logo"), token)

    def send_test_mail(self, token: str, calendar: str) -> MailTest | Failure:
        return self._read(MailTest, "POST", _path(calendar, "/test-mail"), token, timeout=ACTION)

    def test_mail(self, token: str, calendar: str, message_id: str) -> MailTest | Failure:
        return self._read(MailTest, "GET", _path(calendar, f"/test-mail/{message_id}"), token)

    def system(self, token: str) -> SystemAnswer | Failure:
        return self._read(SystemAnswer, "GET", "/system", token)
