"""Offers, verification, questions, consent texts, retention: what registering needs to survive a crowd."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.digests import address_digest

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _fill_digests() -> None:
    connection = op.get_bind()
    for [address] in connection.execute(sa.text("SELECT address FROM suppression")).all():
        statement = sa.text("UPDATE suppression SET digest = :digest WHERE address = :address")
        connection.execute(statement, {"digest": address_digest(address), "address": address})


def _replace_tallies_check(columns: str) -> None:
    name = "ck_event_places_tallies_not_negative"
    op.drop_constraint(op.f(name), "event_places")
    op.create_check_constraint(op.f(name), "event_places", f"least({columns}) >= 0")


def _count_reminders(columns: str) -> None:
    """Anew from the messages there are, by these columns."""
    op.execute("DELETE FROM mail_tally WHERE kind = 'reminder'")
    op.execute(
        f"INSERT INTO mail_tally ({columns}, count) "
        f"SELECT {columns}, count(*) FROM message WHERE kind = 'reminder' GROUP BY {columns}"
    )


def upgrade() -> None:
    op.create_table(
        "consent_text",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_consent_text")),
    )
    op.create_table(
        "erasure",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("calendar_id", sa.UUID(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_digest"), "erasure", ["digest"], unique=False)
    op.create_table(
        "link_request",
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_link_request_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_request")),
    )
    op.create_table(
        "question",
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("help", sa.Text(), nullable=True),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("retired_choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("translations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("minimum", sa.Double(), nullable=True),
        sa.Column("maximum", sa.Double(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_question_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index("uq_question_event_id_key", "question", ["event_id", "key"], unique=True)
    op.add_column("event", sa.Column("registration_opens_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "event", sa.Column("waiting_list_closes_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("event", sa.Column("offer_hours", sa.Integer(), nullable=True))
    op.add_column(
        "event", sa.Column("verifies_addresses", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("event", sa.Column("retention_days", sa.Integer(), server_default=sa.text("180"), nullable=False))
    op.add_column("event", sa.Column("personal_data_erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("event", sa.Column("has_questions", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("event_places", sa.Column("offered", sa.Integer(), server_default=sa.text("0"), nullable=False))
    _replace_tallies_check("pending, offered, confirmed, waitlisted, cancelled")
    op.add_column(
        "registration",
        sa.Column(
            "answers", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )
    op.add_column("registration", sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "registration", sa.Column("is_suspect", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.alter_column("registration", "consent_version", existing_type=sa.TEXT(), nullable=True)
    op.alter_column("registration", "consented_at", existing_type=postgresql.TIMESTAMP(timezone=True), nullable=True)
    op.create_index(
        "ix_registration_answer_by",
        "registration",
        ["answer_by"],
        unique=False,
        postgresql_where=sa.text("status in ('pending', 'offered')"),
    )
    op.drop_index("uq_registration_event_id_lower_address", table_name="registration")
    op.create_index(
        "uq_registration_lower_address_event_id",
        "registration",
        [sa.literal_column("lower(address)"), "event_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'cancelled'"),
    )
    op.add_column("mail_tally", sa.Column("occasion", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.drop_constraint("pk_mail_tally", "mail_tally")
    op.create_primary_key("pk_mail_tally", "mail_tally", ["event_id", "kind", "occasion", "status"])
    _count_reminders("event_id, kind, occasion, status")
    # Who registered before agreed to the text that stood on the page then.
    op.execute("UPDATE registration SET consent_version = NULL")
    op.add_column("suppression", sa.Column("digest", sa.LargeBinary(), nullable=True))
    _fill_digests()
    op.alter_column("suppression", "digest", nullable=False)
    op.drop_constraint("pk_suppression", "suppression")
    op.create_primary_key("pk_suppression", "suppression", ["digest"])
    # The digest knows an address again; the address itself is nothing that has to be kept.
    op.drop_column("suppression", "address")


def downgrade() -> None:
    op.execute("DELETE FROM mail_tally WHERE kind = 'reminder'")
    op.drop_constraint("pk_mail_tally", "mail_tally")
    op.drop_column("mail_tally", "occasion")
    op.create_primary_key("pk_mail_tally", "mail_tally", ["event_id", "kind", "status"])
    _count_reminders("event_id, kind, status")
    op.execute("DELETE FROM suppression")
    op.drop_constraint("pk_suppression", "suppression")
    op.add_column("suppression", sa.Column("address", sa.Text(), nullable=False))
    op.create_primary_key("pk_suppression", "suppression", ["address"])
    op.drop_column("suppression", "digest")
    op.drop_index("uq_registration_lower_address_event_id", table_name="registration")
    op.create_index(
        "uq_registration_event_id_lower_address",
        "registration",
        ["event_id", sa.literal_column("lower(address)")],
        unique=True,
        postgresql_where=sa.text("status <> 'cancelled'"),
    )
    op.drop_index("ix_registration_answer_by", table_name="registration")
    op.execute("UPDATE registration SET consent_version = '' WHERE consent_version IS NULL")
    op.execute("UPDATE registration SET consented_at = registered_at WHERE consented_at IS NULL")
    op.alter_column("registration", "consent_version", nullable=False)
    op.alter_column("registration", "consented_at", nullable=False)
    for column in ("answers", "answer_by", "is_suspect"):
        op.drop_column("registration", column)
    _replace_tallies_check("pending, confirmed, waitlisted, cancelled")
    op.drop_column("event_places", "offered")
    for column in (
        *("registration_opens_at", "waiting_list_closes_minutes", "offer_hours", "verifies_addresses"),
        *("retention_days", "personal_data_erased_at", "has_questions"),
    ):
        op.drop_column("event", column)
    for table in ("question", "link_request", "erasure", "consent_text"):
        op.drop_table(table)
