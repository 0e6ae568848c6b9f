"""The declarative root of all tables, with one naming convention for what the database names."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PostgresUUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid_utils.compat import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    # Every instant is stored with its zone; wall-clock columns say `DateTime(timezone=False)` themselves.
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy declares it without ClassVar
        datetime: DateTime(timezone=True),
        UUID: PostgresUUID(as_uuid=True),
        str: Text(),
        list[str]: ARRAY(Text()),
        dict[str, Any]: JSONB(),
        list[dict[str, Any]]: JSONB(),
    }


class Identified:
    """A key that cannot be guessed or counted, and still sorts by birth (UUIDv7, RFC 9562 section 5.7)."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
