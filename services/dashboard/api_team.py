"""The routes of the team: members, tokens, the audit log."""

from services.dashboard.api_connection import Connection


class TeamRoutes(Connection):
    pass
