"""The api processes that the crowd meets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.crowd.processes import ApiProcess, running_apis


@pytest.fixture(scope="package")
def apis(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[ApiProcess]]:
    """Three, all of them working. A test that kills some starts them again."""
    with running_apis(3, Path(tmp_path_factory.mktemp("apis"))) as started:
        yield started
