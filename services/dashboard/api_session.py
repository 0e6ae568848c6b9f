"""The routes of the session: who has joined, what they ask."""

from services.dashboard.api_connection import Connection


class SessionRoutes(Connection):
    pass
