"""The routes of numbers: comparison of events, and the report."""

from services.dashboard.api_connection import Connection


class NumberRoutes(Connection):
    pass
