"""The routes of numbers: comparison of events, and the report."""

from collections.abc import Sequence

import requests

from services.dashboard.api_connection import LONG, SEARCH, Connection, event_path
from services.dashboard.failures import Failure
from shared.schemas.comparison import Comparison


class NumberRoutes(Connection):
    def comparison(self, token: str, event_ids: Sequence[str]) -> Comparison | Failure:
        return self._read(Comparison, "GET", "/comparison", token, params={"event": list(event_ids)}, timeout=SEARCH)

    def report(self, token: str, event_id: str) -> requests.Response | Failure:
        """The open answer, to be read piece by piece and closed."""
        return self._send("GET", event_path(event_id, "/report.html"), token, stream=True, timeout=LONG)
