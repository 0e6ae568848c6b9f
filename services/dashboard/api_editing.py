"""The routes of making and editing events."""

from services.dashboard.api_connection import Connection


class EditingRoutes(Connection):
    pass
