"""What goes wrong inside is told to nobody in the words somebody typed."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from services.api.main import create_app
from services.api.problems import STATUSES
from shared.database import new_session
from shared.errors import PlenaryError


def test_an_error_is_logged_without_what_was_typed(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app()

    @app.get("/api/v1/breaks")
    def breaks() -> None:
        with new_session() as own:
            own.execute(text("SELECT cast(:typed AS integer)"), {"typed": "ada@example.org"})

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/breaks")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    logged = capsys.readouterr().out
    assert "request.failed" in logged
    assert "ada@" not in logged + answer.text


def test_a_database_that_is_away_is_said_without_promising_anything(session: Session) -> None:
    app = create_app()

    @app.get("/api/v1/away")
    def away() -> None:
        with new_session() as own:
            own.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with TestClient(app) as client:
        answer = client.get("/api/v1/away")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "not sure" in answer.json()["detail"]


def test_every_error_has_a_status_of_its_own_kind() -> None:
    def tree(kind: type[PlenaryError]) -> set[type[PlenaryError]]:
        return {kind}.union(*(tree(child) for child in kind.__subclasses__()))

    assert {kind.code for kind in STATUSES} <= {kind.code for kind in tree(PlenaryError)}
    assert len({kind.code for kind in tree(PlenaryError)}) == len(tree(PlenaryError))
