"""How the tests read a page: as somebody sees it, not as it is written."""

import json
from typing import Any

from bs4 import BeautifulSoup, Tag
from starlette.testclient import TestClient


class Reading:
    """One page. Every text comes with its white space folded."""

    def __init__(self, client: TestClient, path: str, *, method: str = "GET", **request: Any) -> None:
        self.response = client.request(method, path, **request)
        self.html = BeautifulSoup(self.response.text, "lxml")

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    @property
    def text(self) -> str:
        return folded(self.html.body)

    def find(self, selector: str) -> str:
        return folded(self.html.select_one(selector))

    def all(self, selector: str) -> list[str]:
        return [folded(found) for found in self.html.select(selector)]

    def attribute(self, selector: str, name: str) -> str | None:
        found = self.html.select_one(selector)
        return None if found is None else str(found.get(name))

    @property
    def facts(self) -> dict[str, str]:
        names, values = self.all("dl.facts dt"), self.all("dl.facts dd")
        return dict(zip(names, values, strict=True))

    @property
    def structured(self) -> dict[str, Any]:
        """What search engines read."""
        block = self.html.select_one("script[type='application/ld+json']")
        assert block is not None
        found: dict[str, Any] = json.loads(str(block.string))
        return found


def folded(element: Tag | None) -> str:
    assert element is not None
    return " ".join(element.get_text(" ").split()).replace(" ,", ",").replace(" :", ":")
