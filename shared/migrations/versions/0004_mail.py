"""Mail to anybody: rules, invitations, speakers; what each calendar holds; and what comes back."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _name_rules() -> None:
    """Of two rules with one offset, mail says from now on which of them sent it."""
    name = "right(replace(reminder_rule.id::text, '-', ''), 12) || '-'"
    op.execute(
        f"UPDATE message SET rule_id = reminder_rule.id, occasion = {name} || message.occasion FROM reminder_rule "
        "WHERE message.kind = 'reminder' AND reminder_rule.event_id = message.event_id "
        "AND message.occasion LIKE reminder_rule.minutes_before || '-%'"
    )
    _count_reminders()


def _unname_rules() -> None:
    op.execute("UPDATE message SET occasion = substr(occasion, 14) WHERE kind = 'reminder' AND rule_id IS NOT NULL")
    _count_reminders()


def _count_reminders() -> None:
    """Anew, from the messages there are."""
    op.execute("DELETE FROM mail_tally WHERE kind = 'reminder'")
    op.execute(
        "INSERT INTO mail_tally (event_id, kind, occasion, status, count) "
        "SELECT event_id, kind, occasion, status, count(*) FROM message "
        "WHERE kind = 'reminder' GROUP BY event_id, kind, occasion, status"
    )


def _serve_by_due_moment() -> None:
    """A rule says from now on which of its own moments it was served for, rather than which start."""
    op.execute(
        "UPDATE reminder_rule SET served_for = CASE WHEN served_for = event.starts_at THEN due_at END "
        "FROM event WHERE event.id = reminder_rule.event_id"
    )


def _serve_by_start() -> None:
    op.execute(
        "UPDATE reminder_rule SET served_for = CASE WHEN served_for = due_at THEN event.starts_at END "
        "FROM event WHERE event.id = reminder_rule.event_id"
    )


def _unite_shards() -> None:
    op.execute("CREATE TEMPORARY TABLE united ON COMMIT DROP AS SELECT * FROM mail_tally")
    op.execute("DELETE FROM mail_tally")
    op.drop_constraint("pk_mail_tally", "mail_tally")
    op.drop_column("mail_tally", "shard")
    op.create_primary_key("pk_mail_tally", "mail_tally", ["event_id", "kind", "occasion", "status"])
    op.execute(
        "INSERT INTO mail_tally (event_id, kind, occasion, status, count) "
        "SELECT event_id, kind, occasion, status, sum(count) FROM united GROUP BY event_id, kind, occasion, status"
    )


def _fill_ledger() -> None:
    """Whoever was sent an entry holds one; what had changed since was sent to them as well."""
    op.execute(
        "UPDATE registration SET entry_sequence = registration.sequence, entry_revision = event.revision FROM event "
        "WHERE event.id = registration.event_id AND registration.status = 'confirmed' AND EXISTS ("
        "SELECT 1 FROM message WHERE message.registration_id = registration.id AND message.status = 'sent' "
        "AND message.kind IN ('confirmation', 'promotion', 'change'))"
    )


def _index_outbox(*columns: str) -> None:
    """In the order in which the dispatcher takes messages from it."""
    waiting = sa.text("status in ('pending', 'sending')")
    op.drop_index("ix_message_outbox", table_name="message", postgresql_where=waiting)
    op.create_index("ix_message_outbox", "message", list(columns), unique=False, postgresql_where=waiting)


def upgrade() -> None:
    op.create_table(
        "personal_feed",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_feed")),
    )
    op.create_index(
        "uq_personal_feed_lower_address", "personal_feed", [sa.literal_column("lower(address)")], unique=True
    )
    op.create_table(
        "speaker",
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("sequence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("entry_sequence", sa.Integer(), nullable=True),
        sa.Column(
            "told", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_speaker_event_id_event"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker")),
    )
    op.create_index(
        "uq_speaker_event_id_lower_address", "speaker", ["event_id", sa.literal_column("lower(address)")], unique=True
    )
    op.create_table(
        "invitation",
        sa.Column("event_id", sa.UUID(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nudged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nudges", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("nudge_wanted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nudge_rule_id", sa.UUID(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undelivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_id", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_invitation_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_invitation_registration_id_registration"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    op.create_index("ix_invitation_posted_at", "invitation", ["event_id", "posted_at"], unique=False)
    op.create_index(
        "ix_invitation_nudged_at",
        "invitation",
        ["event_id", "nudged_at"],
        unique=False,
        postgresql_where=sa.text("nudged_at is not null"),
    )
    op.create_index(
        "ix_invitation_nudge_wanted",
        "invitation",
        ["event_id", "id"],
        unique=False,
        postgresql_where=sa.text("nudge_wanted_at is not null"),
    )
    op.create_index(op.f("ix_invitation_registration_id"), "invitation", ["registration_id"], unique=False)
    op.create_index(
        "ix_invitation_unposted",
        "invitation",
        ["event_id", "id"],
        unique=False,
        postgresql_where=sa.text("posted_at is null and status = 'pending'"),
    )
    op.create_index(
        "uq_invitation_event_id_lower_address",
        "invitation",
        ["event_id", sa.literal_column("lower(address)")],
        unique=True,
    )
    op.create_table(
        "inbound_mail",
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.UUID(), nullable=True),
        sa.Column("registration_id", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_inbound_mail_message_id_message"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_inbound_mail_registration_id_registration"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mail")),
        sa.UniqueConstraint("digest", name=op.f("uq_inbound_mail_digest")),
    )
    op.create_index(op.f("ix_inbound_mail_message_id"), "inbound_mail", ["message_id"], unique=False)
    op.create_index(
        "ix_inbound_mail_new", "inbound_mail", ["received_at"], unique=False, postgresql_where=sa.text("status = 'new'")
    )
    op.create_index(op.f("ix_inbound_mail_received_at"), "inbound_mail", ["received_at"], unique=False)
    op.create_index(op.f("ix_inbound_mail_registration_id"), "inbound_mail", ["registration_id"], unique=False)
    op.add_column("event", sa.Column("room_url", sa.Text(), nullable=True))
    op.add_column("event", sa.Column("is_online", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("event", sa.Column("room_opens_minutes", sa.Integer(), server_default=sa.text("15"), nullable=False))
    op.add_column("event", sa.Column("recording_url", sa.Text(), nullable=True))
    op.add_column(
        "event", sa.Column("declining_frees_place", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("event", sa.Column("invitations_per_day", sa.Integer(), nullable=True))
    op.add_column("event", sa.Column("has_invitations", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column(
        "event",
        sa.Column(
            "mail_texts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )
    op.add_column("heartbeat", sa.Column("mails_per_minute", sa.Double(), nullable=True))
    op.add_column("mail_tally", sa.Column("shard", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("message", sa.Column("invitation_id", sa.UUID(), nullable=True))
    op.add_column("message", sa.Column("speaker_id", sa.UUID(), nullable=True))
    op.add_column("message", sa.Column("address", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("rule_id", sa.UUID(), nullable=True))
    op.add_column("message", sa.Column("revision", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("bounce", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("message", "event_id", existing_type=sa.UUID(), nullable=True)
    op.alter_column("message", "registration_id", existing_type=sa.UUID(), nullable=True)
    op.create_index(
        "uq_message_address_kind_occasion",
        "message",
        ["address", "kind", "occasion"],
        unique=True,
        postgresql_where=sa.text("address is not null"),
    )
    op.create_index(
        "uq_message_invitation_kind_occasion",
        "message",
        ["invitation_id", "kind", "occasion"],
        unique=True,
        postgresql_where=sa.text("invitation_id is not null"),
    )
    op.create_index(
        "uq_message_speaker_kind_occasion",
        "message",
        ["speaker_id", "kind", "occasion"],
        unique=True,
        postgresql_where=sa.text("speaker_id is not null"),
    )
    op.create_foreign_key(
        op.f("fk_message_speaker_id_speaker"), "message", "speaker", ["speaker_id"], ["id"], ondelete="CASCADE"
    )
    op.create_foreign_key(
        op.f("fk_message_invitation_id_invitation"),
        "message",
        "invitation",
        ["invitation_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.add_column("person", sa.Column("speaker_id", sa.UUID(), nullable=True))
    op.create_index(op.f("ix_person_speaker_id"), "person", ["speaker_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_person_speaker_id_speaker"), "person", "speaker", ["speaker_id"], ["id"], ondelete="SET NULL"
    )
    op.add_column("registration", sa.Column("entry_sequence", sa.Integer(), nullable=True))
    op.add_column("registration", sa.Column("entry_revision", sa.Integer(), nullable=True))
    op.add_column("registration", sa.Column("participation", sa.Text(), nullable=True))
    op.add_column("registration", sa.Column("participation_address", sa.Text(), nullable=True))
    op.add_column("registration", sa.Column("participation_sequence", sa.Integer(), nullable=True))
    op.add_column("registration", sa.Column("participation_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("registration", sa.Column("undelivered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("registration", sa.Column("readdressed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("registration", sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_registration_entry",
        "registration",
        ["event_id", "entry_revision"],
        unique=False,
        postgresql_where=sa.text("entry_revision is not null and status = 'confirmed'"),
    )
    op.create_index(
        "ix_registration_undelivered",
        "registration",
        ["event_id"],
        unique=False,
        postgresql_where=sa.text("undelivered_at is not null"),
    )
    op.add_column("reminder_rule", sa.Column("kind", sa.Text(), server_default=sa.text("'reminder'"), nullable=False))
    op.add_column("reminder_rule", sa.Column("anchor", sa.Text(), server_default=sa.text("'start'"), nullable=False))
    op.add_column("reminder_rule", sa.Column("moment", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "reminder_rule",
        sa.Column(
            "selection", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )
    op.add_column(
        "reminder_rule",
        sa.Column(
            "texts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
    )
    op.add_column(
        "reminder_rule", sa.Column("is_paused", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.alter_column("reminder_rule", "served_start", new_column_name="served_for")
    op.add_column("reminder_rule", sa.Column("served_count", sa.Integer(), nullable=True))
    _serve_by_due_moment()
    op.drop_index("ix_reminder_rule_due_at", table_name="reminder_rule")
    op.create_index(
        "ix_reminder_rule_unserved",
        "reminder_rule",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("served_for is distinct from due_at"),
    )
    op.create_check_constraint(
        op.f("ck_message_one_recipient"),
        "message",
        "num_nonnulls(registration_id, invitation_id, speaker_id, address) = 1",
    )
    op.drop_constraint("pk_mail_tally", "mail_tally")
    op.create_primary_key("pk_mail_tally", "mail_tally", ["event_id", "kind", "occasion", "status", "shard"])
    _index_outbox("priority", "due_at", "id")
    _name_rules()
    _fill_ledger()
    # A place on a map has no room to join; whoever offers both says so.
    op.execute(
        "UPDATE event SET is_online = false "
        "WHERE location IS NOT NULL AND location !~* '(https?://|online|on-line|en ligne|en línea|webinar|zoom|teams)'"
    )


def downgrade() -> None:
    op.execute("DELETE FROM reminder_rule WHERE kind <> 'reminder' OR anchor <> 'start' OR minutes_before < 0")
    op.execute("DELETE FROM message WHERE registration_id IS NULL OR event_id IS NULL")
    _unname_rules()
    _index_outbox("priority", "due_at")
    _unite_shards()
    op.drop_constraint(op.f("ck_message_one_recipient"), "message")
    op.drop_index(
        "ix_reminder_rule_unserved",
        table_name="reminder_rule",
        postgresql_where=sa.text("served_for is distinct from due_at"),
    )
    op.create_index("ix_reminder_rule_due_at", "reminder_rule", ["due_at"], unique=False)
    _serve_by_start()
    op.drop_column("reminder_rule", "served_count")
    op.alter_column("reminder_rule", "served_for", new_column_name="served_start")
    op.drop_column("reminder_rule", "is_paused")
    op.drop_column("reminder_rule", "texts")
    op.drop_column("reminder_rule", "selection")
    op.drop_column("reminder_rule", "moment")
    op.drop_column("reminder_rule", "anchor")
    op.drop_column("reminder_rule", "kind")
    op.drop_index(
        "ix_registration_undelivered", table_name="registration", postgresql_where=sa.text("undelivered_at is not null")
    )
    op.drop_index(
        "ix_registration_entry",
        table_name="registration",
        postgresql_where=sa.text("entry_revision is not null and status = 'confirmed'"),
    )
    op.drop_column("registration", "joined_at")
    op.drop_column("registration", "readdressed_at")
    op.drop_column("registration", "undelivered_at")
    op.drop_column("registration", "participation_at")
    op.drop_column("registration", "participation_sequence")
    op.drop_column("registration", "participation_address")
    op.drop_column("registration", "participation")
    op.drop_column("registration", "entry_revision")
    op.drop_column("registration", "entry_sequence")
    op.drop_constraint(op.f("fk_person_speaker_id_speaker"), "person", type_="foreignkey")
    op.drop_index(op.f("ix_person_speaker_id"), table_name="person")
    op.drop_column("person", "speaker_id")
    op.drop_constraint(op.f("fk_message_invitation_id_invitation"), "message", type_="foreignkey")
    op.drop_constraint(op.f("fk_message_speaker_id_speaker"), "message", type_="foreignkey")
    op.drop_index(
        "uq_message_speaker_kind_occasion", table_name="message", postgresql_where=sa.text("speaker_id is not null")
    )
    op.drop_index(
        "uq_message_invitation_kind_occasion",
        table_name="message",
        postgresql_where=sa.text("invitation_id is not null"),
    )
    op.drop_index(
        "uq_message_address_kind_occasion", table_name="message", postgresql_where=sa.text("address is not null")
    )
    op.alter_column("message", "registration_id", existing_type=sa.UUID(), nullable=False)
    op.alter_column("message", "event_id", existing_type=sa.UUID(), nullable=False)
    op.drop_column("message", "opened_at")
    op.drop_column("message", "bounce")
    op.drop_column("message", "bounced_at")
    op.drop_column("message", "revision")
    op.drop_column("message", "rule_id")
    op.drop_column("message", "address")
    op.drop_column("message", "speaker_id")
    op.drop_column("message", "invitation_id")
    op.drop_column("heartbeat", "mails_per_minute")
    op.drop_column("event", "mail_texts")
    op.drop_column("event", "has_invitations")
    op.drop_column("event", "invitations_per_day")
    op.drop_column("event", "declining_frees_place")
    op.drop_column("event", "recording_url")
    op.drop_column("event", "room_opens_minutes")
    op.drop_column("event", "is_online")
    op.drop_column("event", "room_url")
    op.drop_index(op.f("ix_inbound_mail_registration_id"), table_name="inbound_mail")
    op.drop_index(op.f("ix_inbound_mail_received_at"), table_name="inbound_mail")
    op.drop_index("ix_inbound_mail_new", table_name="inbound_mail", postgresql_where=sa.text("status = 'new'"))
    op.drop_index(op.f("ix_inbound_mail_message_id"), table_name="inbound_mail")
    op.drop_table("inbound_mail")
    op.drop_index("uq_invitation_event_id_lower_address", table_name="invitation")
    op.drop_index(
        "ix_invitation_unposted",
        table_name="invitation",
        postgresql_where=sa.text("posted_at is null and status = 'pending'"),
    )
    op.drop_index(op.f("ix_invitation_registration_id"), table_name="invitation")
    op.drop_index(
        "ix_invitation_nudge_wanted",
        table_name="invitation",
        postgresql_where=sa.text("nudge_wanted_at is not null"),
    )
    op.drop_index("ix_invitation_nudged_at", table_name="invitation", postgresql_where=sa.text("nudged_at is not null"))
    op.drop_index("ix_invitation_posted_at", table_name="invitation")
    op.drop_table("invitation")
    op.drop_index("uq_speaker_event_id_lower_address", table_name="speaker")
    op.drop_table("speaker")
    op.drop_index("uq_personal_feed_lower_address", table_name="personal_feed")
    op.drop_table("personal_feed")
