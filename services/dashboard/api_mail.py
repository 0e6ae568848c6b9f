"""The routes of mail: what goes out when, what it looks like, whom it does not reach."""

from collections.abc import Mapping

from services.dashboard.api_connection import ACTION, LONG, SEARCH, Connection, event_path, rule_path
from services.dashboard.failures import Failure
from shared.schemas.mail import (
    EntriesSent,
    MailOverview,
    MailPreview,
    Rehearsal,
    RuleAnswer,
    RuleList,
    UnreachablePage,
)
from shared.schemas.registrations import MessagePage


class MailRoutes(Connection):
    def mail_overview(self, token: str, event_id: str) -> MailOverview | Failure:
        return self._read(MailOverview, "GET", event_path(event_id, "/mail"), token)

    def messages(self, token: str, event_id: str, wish: Mapping[str, str]) -> MessagePage | Failure:
        """`wish` are the query's parameters: limit, after, status."""
        path = event_path(event_id, "/messages")
        return self._read(MessagePage, "GET", path, token, params=dict(wish), timeout=SEARCH)

    def unreachable(self, token: str, event_id: str, wish: Mapping[str, str]) -> UnreachablePage | Failure:
        """`wish` are the query's parameters: limit, after."""
        path = event_path(event_id, "/unreachable")
        return self._read(UnreachablePage, "GET", path, token, params=dict(wish), timeout=SEARCH)

    def send_entries_again(self, token: str, event_id: str) -> EntriesSent | Failure:
        return self._read(EntriesSent, "POST", event_path(event_id, "/entries"), token, timeout=LONG)

    def rules(self, token: str, event_id: str) -> RuleList | Failure:
        return self._read(RuleList, "GET", event_path(event_id, "/rules"), token, timeout=SEARCH)

    def add_rule(self, token: str, event_id: str, rule: Mapping[str, object]) -> RuleAnswer | Failure:
        path = event_path(event_id, "/rules")
        return self._read(RuleAnswer, "POST", path, token, json=dict(rule), timeout=ACTION)

    def change_rule(self, token: str, rule_id: str, changes: Mapping[str, object]) -> RuleAnswer | Failure:
        return self._read(RuleAnswer, "PATCH", rule_path(rule_id), token, json=dict(changes), timeout=ACTION)

    def remove_rule(self, token: str, rule_id: str) -> Failure | None:
        answer = self._send("DELETE", rule_path(rule_id), token, timeout=ACTION)
        return answer if isinstance(answer, Failure) else None

    def rehearsal(self, token: str, event_id: str) -> Rehearsal | Failure:
        return self._read(Rehearsal, "GET", event_path(event_id, "/rehearsal"), token, timeout=ACTION)

    def preview(self, token: str, event_id: str, wish: Mapping[str, object]) -> MailPreview | Failure:
        """`wish` is the body: kind; rule_id; one of registration_id, invitation_id, speaker_id; language; text."""
        path = event_path(event_id, "/preview")
        return self._read(MailPreview, "POST", path, token, json=dict(wish), timeout=SEARCH)

    def send_preview(self, token: str, event_id: str, wish: Mapping[str, object]) -> Failure | None:
        """To the organiser's own address."""
        answer = self._send("POST", event_path(event_id, "/preview/send"), token, json=dict(wish), timeout=ACTION)
        return answer if isinstance(answer, Failure) else None
