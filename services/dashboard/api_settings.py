"""The routes of a calendar's settings, and of the system."""

from services.dashboard.api_connection import Connection


class SettingsRoutes(Connection):
    pass
