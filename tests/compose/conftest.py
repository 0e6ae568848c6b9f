"""One installation for all tests of the deployment."""

from collections.abc import Iterator

import pytest

from tests.compose.product import Product


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    """Built, up and healthy; taken down with its volumes, whatever happens."""
    running = Product()
    try:
        running.down()
        running.up()
        yield running
    finally:
        running.http.close()
        running.down()
