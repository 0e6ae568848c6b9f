"""One session and one transaction for each request."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.orm import Session

from shared.database import new_session


def open_session() -> Iterator[Session]:
    """Commits when the endpoint returned, before the answer leaves; rolls back when it raised."""
    with new_session() as session:
        yield session
        session.commit()


# scope="function": with the default scope the commit would come after the answer.
DatabaseSession = Annotated[Session, Depends(open_session, scope="function")]
