"""What led people here, what they ask in the session; how an organisation looks; who signs in elsewhere."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# Cities were counted by name alone; now with the country, as `PT/Porto`. Of people who were erased the country is not
# known any more: what is left of a count beside the rows stays without one.
_CITIES_WITH_COUNTRIES = """
    WITH before AS (
        DELETE FROM event_tally WHERE dimension = 'city' RETURNING event_id, value, status, count
    ), by_row AS (
        SELECT event_id, coalesce(country, '') AS country, coalesce(city, '') AS city, status, count(*)::int AS count
        FROM registration GROUP BY 1, 2, 3, 4
    ), by_name AS (
        SELECT event_id, city, status, sum(count)::int AS count FROM by_row GROUP BY 1, 2, 3
    ), now AS (
        SELECT * FROM by_row
        UNION ALL
        SELECT before.event_id, '', before.value, before.status, before.count - coalesce(by_name.count, 0)
        FROM before LEFT JOIN by_name
            ON (by_name.event_id, by_name.city, by_name.status) = (before.event_id, before.value, before.status)
    )
    INSERT INTO event_tally (event_id, dimension, value, status, count)
    SELECT event_id, 'city of', CASE WHEN country = '' AND city = '' THEN '' ELSE country || '/' || city END, status,
        sum(count)
    FROM now GROUP BY 1, 3, 4 HAVING sum(count) <> 0
"""
_CITIES_ALONE = """
    WITH now AS (DELETE FROM event_tally WHERE dimension = 'city' RETURNING event_id, value, status, count)
    INSERT INTO event_tally (event_id, dimension, value, status, count)
    SELECT event_id, 'city of', substr(value, strpos(value, '/') + 1), status, sum(count) FROM now GROUP BY 1, 3, 4
"""
# What one statement deletes it cannot insert again.
_RENAMED = "UPDATE event_tally SET dimension = 'city' WHERE dimension = 'city of'"
# Nobody was asked yet what led them here. Everybody is counted in a country, those too who were erased.
_SOURCES = """
    INSERT INTO event_tally (event_id, dimension, value, status, count)
    SELECT event_id, CASE dimension WHEN 'joined' THEN 'joined_from' ELSE 'source' END, '',
        CASE dimension WHEN 'joined' THEN '' ELSE status END, sum(count)
    FROM event_tally WHERE dimension IN ('country', 'joined') GROUP BY 1, 2, 4 HAVING sum(count) <> 0
"""


def upgrade() -> None:
    op.add_column("registration", sa.Column("came_from", sa.Text(), nullable=True))
    op.execute(_CITIES_WITH_COUNTRIES)
    op.execute(_RENAMED)
    op.execute(_SOURCES)
    op.create_table(
        "audience_question",
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("registration_id", sa.UUID(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_audience_question_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_audience_question_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience_question")),
    )
    op.create_index("ix_audience_question_event_id", "audience_question", ["event_id", "status", "id"])
    op.create_index(op.f("ix_audience_question_registration_id"), "audience_question", ["registration_id"])
    _give_organisations_a_look()
    op.alter_column("organiser", "password_hash", existing_type=sa.Text(), nullable=True)
    op.add_column("organiser", sa.Column("identity", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_organiser_identity"), "organiser", ["identity"])
    op.create_table(
        "system_mark",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_system_mark")),
    )


def _give_organisations_a_look() -> None:
    op.add_column("calendar", sa.Column("website", sa.Text(), nullable=True))
    op.add_column("calendar", sa.Column("accent_colour", sa.Text(), nullable=True))
    op.add_column("calendar", sa.Column("logo_digest", sa.Text(), nullable=True))
    op.create_table(
        "calendar_logo",
        sa.Column("calendar_id", sa.UUID(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_logo_calendar_id_calendar"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("calendar_id", name=op.f("pk_calendar_logo")),
    )


def downgrade() -> None:
    op.drop_table("system_mark")
    op.drop_constraint(op.f("uq_organiser_identity"), "organiser", type_="unique")
    op.drop_column("organiser", "identity")
    # Who never had a password gets one that nothing matches.
    op.execute("UPDATE organiser SET password_hash = '' WHERE password_hash IS NULL")
    op.alter_column("organiser", "password_hash", existing_type=sa.Text(), nullable=False)
    op.drop_table("calendar_logo")
    op.drop_column("calendar", "logo_digest")
    op.drop_column("calendar", "accent_colour")
    op.drop_column("calendar", "website")
    op.drop_table("audience_question")
    op.execute("DELETE FROM event_tally WHERE dimension IN ('source', 'joined_from')")
    op.execute(_CITIES_ALONE)
    op.execute(_RENAMED)
    op.drop_column("registration", "came_from")
