"""Initial schema, with the triggers that keep the ledger append-only.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


LEDGER_TABLES = ("stage_move", "posting")


def forbid_changes() -> None:
    """No UPDATE, DELETE or TRUNCATE of the ledger, whoever asks."""
    sqlite = op.get_context().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            """
            CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'the ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME; END $$
            """
        )
    for table in LEDGER_TABLES:
        if sqlite:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: {act} on {table} refused'); END"
                )
        else:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
            )


def upgrade() -> None:
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("claimed_by", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job", "period", name=op.f("pk_job_run")),
    )
    op.create_index("ix_job_run_last", "job_run", ["job", "finished_at"], unique=False)
    op.create_table(
        "ledger_rollup",
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("grain", sa.String(length=1), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("street_id", sa.Integer(), nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("left_", sa.Integer(), nullable=False),
        sa.Column("moved_in", sa.Integer(), nullable=False),
        sa.Column("moved_out", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "track", "grain", "period", "account", "street_id", "park_id", name=op.f("pk_ledger_rollup")
        ),
    )
    op.create_table(
        "org_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["org_unit.id"], name=op.f("fk_org_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_org_unit_code")),
    )
    op.create_table(
        "scheduler_seen",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_scheduler_seen")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("session_key", sa.String(length=32), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_audit_event_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_subject", "audit_event", ["subject", "subject_id", "id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=True),
        sa.Column("body_html", sa.Text(), nullable=True),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["recipient_id"], ["user_account.id"], name=op.f("fk_delivery_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "kind", "period", "recipient_id", name=op.f("uq_delivery_kind_period_recipient_id")
        ),
        sa.UniqueConstraint("message_id", name=op.f("uq_delivery_message_id")),
    )
    op.create_index("ix_delivery_queue", "delivery", ["status", "next_attempt_at"], unique=False)
    op.create_index(op.f("ix_delivery_recipient_id"), "delivery", ["recipient_id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_idempotency_key_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_key")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_idempotency_key_user_id_key")),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("sheet", sa.String(length=120), nullable=False),
        sa.Column("header_row", sa.Integer(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("track", sa.String(length=16), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_import_batch_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_by_id"), "import_batch", ["by_id"], unique=False)
    op.create_index(op.f("ix_import_batch_digest"), "import_batch", ["digest"], unique=False)
    op.create_index(op.f("ix_import_batch_status"), "import_batch", ["status"], unique=False)
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("baseline", sa.Integer(), nullable=False),
        sa.Column("baseline_on", sa.Date(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_target_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("unit_id", "track", "target_on", name=op.f("uq_target_unit_id_track_target_on")),
    )
    op.create_table(
        "user_unit",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_user_unit_unit_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_unit_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "unit_id", name=op.f("pk_user_unit")),
    )
    op.create_index(op.f("ix_user_unit_unit_id"), "user_unit", ["unit_id"], unique=False)
    op.create_table(
        "delivery_part",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("content_id", sa.String(length=80), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_part_delivery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_part")),
    )
    op.create_index(op.f("ix_delivery_part_delivery_id"), "delivery_part", ["delivery_id"], unique=False)
    op.create_table(
        "firm",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("street_id", sa.Integer(), nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=True),
        sa.Column("established_on", sa.Date(), nullable=True),
        sa.Column("registered_capital", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("field", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("contact_name", sa.String(length=60), nullable=True),
        sa.Column("contact_phone", sa.String(length=40), nullable=True),
        sa.Column("staff", sa.Integer(), nullable=True),
        sa.Column("rd_staff", sa.Integer(), nullable=True),
        sa.Column("class1_ip", sa.Integer(), nullable=True),
        sa.Column("class2_ip", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_firm_created_by_id")),
        sa.ForeignKeyConstraint(
            ["import_batch_id"], ["import_batch.id"], name=op.f("fk_firm_import_batch_id")
        ),
        sa.ForeignKeyConstraint(["park_id"], ["org_unit.id"], name=op.f("fk_firm_park_id")),
        sa.ForeignKeyConstraint(["street_id"], ["org_unit.id"], name=op.f("fk_firm_street_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm")),
    )
    op.create_index(
        "ix_firm_changed",
        "firm",
        ["updated_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(op.f("ix_firm_import_batch_id"), "firm", ["import_batch_id"], unique=False)
    op.create_index(
        "ix_firm_living",
        "firm",
        ["id", "street_id", "park_id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(op.f("ix_firm_name_key"), "firm", ["name_key"], unique=False)
    op.create_index(op.f("ix_firm_park_id"), "firm", ["park_id"], unique=False)
    op.create_index(op.f("ix_firm_street_id"), "firm", ["street_id"], unique=False)
    op.create_index(
        "uq_firm_uscc_living",
        "firm",
        ["uscc"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "candidacy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("stage_since", sa.Date(), nullable=False),
        sa.Column("street_id", sa.Integer(), nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=True),
        sa.Column("renews_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("in_charge_id", sa.Integer(), nullable=True),
        sa.Column("retry_year", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_candidacy_firm_id")),
        sa.ForeignKeyConstraint(
            ["in_charge_id"], ["user_account.id"], name=op.f("fk_candidacy_in_charge_id")
        ),
        sa.ForeignKeyConstraint(["park_id"], ["org_unit.id"], name=op.f("fk_candidacy_park_id")),
        sa.ForeignKeyConstraint(["renews_id"], ["candidacy.id"], name=op.f("fk_candidacy_renews_id")),
        sa.ForeignKeyConstraint(["street_id"], ["org_unit.id"], name=op.f("fk_candidacy_street_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy")),
        sa.UniqueConstraint("firm_id", "track", "cycle", name=op.f("uq_candidacy_firm_id_track_cycle")),
    )
    op.create_index(op.f("ix_candidacy_firm_id"), "candidacy", ["firm_id"], unique=False)
    op.create_index(op.f("ix_candidacy_in_charge_id"), "candidacy", ["in_charge_id"], unique=False)
    op.create_index(
        "ix_candidacy_pipeline", "candidacy", ["track", "stage", "stage_since", "id"], unique=False
    )
    op.create_index(op.f("ix_candidacy_renews_id"), "candidacy", ["renews_id"], unique=False)
    op.create_index(
        "uq_candidacy_open",
        "candidacy",
        ["firm_id", "track"],
        unique=True,
        postgresql_where=sa.text("stage IN ('discover', 'serve', 'recommend')"),
        sqlite_where=sa.text("stage IN ('discover', 'serve', 'recommend')"),
    )
    op.create_table(
        "firm_name",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_name_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_name")),
    )
    op.create_index(op.f("ix_firm_name_firm_id"), "firm_name", ["firm_id"], unique=False)
    op.create_index(op.f("ix_firm_name_name_key"), "firm_name", ["name_key"], unique=False)
    op.create_table(
        "firm_year",
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sales", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("rd", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_year_firm_id")),
        sa.PrimaryKeyConstraint("firm_id", "year", name=op.f("pk_firm_year")),
    )
    op.create_table(
        "import_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("firm_version", sa.Integer(), nullable=True),
        sa.Column("row_values", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_import_row_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_import_row_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_batch", "import_row", ["batch_id", "number"], unique=True)
    op.create_index(op.f("ix_import_row_firm_id"), "import_row", ["firm_id"], unique=False)
    op.create_table(
        "transfer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_street_id", sa.Integer(), nullable=False),
        sa.Column("from_park_id", sa.Integer(), nullable=True),
        sa.Column("to_street_id", sa.Integer(), nullable=False),
        sa.Column("to_park_id", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_transfer_actor_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_transfer_firm_id")),
        sa.ForeignKeyConstraint(["from_park_id"], ["org_unit.id"], name=op.f("fk_transfer_from_park_id")),
        sa.ForeignKeyConstraint(["from_street_id"], ["org_unit.id"], name=op.f("fk_transfer_from_street_id")),
        sa.ForeignKeyConstraint(["to_park_id"], ["org_unit.id"], name=op.f("fk_transfer_to_park_id")),
        sa.ForeignKeyConstraint(["to_street_id"], ["org_unit.id"], name=op.f("fk_transfer_to_street_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index(op.f("ix_transfer_firm_id"), "transfer", ["firm_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_stage", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=1000), nullable=True),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_proposal_candidacy_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_proposal_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["user_account.id"], name=op.f("fk_proposal_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_candidacy_id"), "proposal", ["candidacy_id"], unique=False)
    op.create_index(op.f("ix_proposal_status"), "proposal", ["status"], unique=False)
    op.create_table(
        "service_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_service_record_by_id")),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_service_record_candidacy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_record")),
    )
    op.create_index(
        "ix_service_follow_up", "service_record", ["follow_up_on", "followed_up_at"], unique=False
    )
    op.create_index(op.f("ix_service_record_by_id"), "service_record", ["by_id"], unique=False)
    op.create_index(op.f("ix_service_record_candidacy_id"), "service_record", ["candidacy_id"], unique=False)
    op.create_table(
        "stage_move",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("from_account", sa.String(length=16), nullable=False),
        sa.Column("to_account", sa.String(length=16), nullable=False),
        sa.Column("from_street_id", sa.Integer(), nullable=False),
        sa.Column("from_park_id", sa.Integer(), nullable=True),
        sa.Column("to_street_id", sa.Integer(), nullable=False),
        sa.Column("to_park_id", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("retry_year", sa.Integer(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("caused_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("transfer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_stage_move_actor_id")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_stage_move_candidacy_id")),
        sa.ForeignKeyConstraint(["caused_by_id"], ["stage_move.id"], name=op.f("fk_stage_move_caused_by_id")),
        sa.ForeignKeyConstraint(["from_park_id"], ["org_unit.id"], name=op.f("fk_stage_move_from_park_id")),
        sa.ForeignKeyConstraint(
            ["from_street_id"], ["org_unit.id"], name=op.f("fk_stage_move_from_street_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"], ["import_batch.id"], name=op.f("fk_stage_move_import_batch_id")
        ),
        sa.ForeignKeyConstraint(["reverses_id"], ["stage_move.id"], name=op.f("fk_stage_move_reverses_id")),
        sa.ForeignKeyConstraint(["to_park_id"], ["org_unit.id"], name=op.f("fk_stage_move_to_park_id")),
        sa.ForeignKeyConstraint(["to_street_id"], ["org_unit.id"], name=op.f("fk_stage_move_to_street_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfer.id"], name=op.f("fk_stage_move_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_move")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_stage_move_reverses_id")),
    )
    op.create_index(op.f("ix_stage_move_candidacy_id"), "stage_move", ["candidacy_id"], unique=False)
    op.create_index(op.f("ix_stage_move_caused_by_id"), "stage_move", ["caused_by_id"], unique=False)
    op.create_index(op.f("ix_stage_move_import_batch_id"), "stage_move", ["import_batch_id"], unique=False)
    op.create_index(op.f("ix_stage_move_recorded_at"), "stage_move", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_stage_move_transfer_id"), "stage_move", ["transfer_id"], unique=False)
    op.create_table(
        "certificate",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("valid_through", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.Column("move_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_certificate_candidacy_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_certificate_firm_id")),
        sa.ForeignKeyConstraint(
            ["import_batch_id"], ["import_batch.id"], name=op.f("fk_certificate_import_batch_id")
        ),
        sa.ForeignKeyConstraint(["move_id"], ["stage_move.id"], name=op.f("fk_certificate_move_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    op.create_index(op.f("ix_certificate_candidacy_id"), "certificate", ["candidacy_id"], unique=False)
    op.create_index("ix_certificate_end", "certificate", ["track", "status", "valid_through"], unique=False)
    op.create_index(op.f("ix_certificate_firm_id"), "certificate", ["firm_id"], unique=False)
    op.create_index(op.f("ix_certificate_import_batch_id"), "certificate", ["import_batch_id"], unique=False)
    op.create_index(op.f("ix_certificate_number"), "certificate", ["number"], unique=False)
    op.create_table(
        "posting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("move_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("street_id", sa.Integer(), nullable=False),
        sa.Column("park_id", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("left_", sa.Integer(), nullable=False),
        sa.Column("moved_in", sa.Integer(), nullable=False),
        sa.Column("moved_out", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_posting_candidacy_id")),
        sa.ForeignKeyConstraint(["move_id"], ["stage_move.id"], name=op.f("fk_posting_move_id")),
        sa.ForeignKeyConstraint(["park_id"], ["org_unit.id"], name=op.f("fk_posting_park_id")),
        sa.ForeignKeyConstraint(["street_id"], ["org_unit.id"], name=op.f("fk_posting_street_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    op.create_index("ix_posting_account", "posting", ["track", "account", "effective_on"], unique=False)
    op.create_index(op.f("ix_posting_candidacy_id"), "posting", ["candidacy_id"], unique=False)
    op.create_index(op.f("ix_posting_move_id"), "posting", ["move_id"], unique=False)
    op.create_index("ix_posting_recorded", "posting", ["track", "recorded_at"], unique=False)
    forbid_changes()


def downgrade() -> None:
    op.drop_index("ix_posting_recorded", table_name="posting")
    op.drop_index(op.f("ix_posting_move_id"), table_name="posting")
    op.drop_index(op.f("ix_posting_candidacy_id"), table_name="posting")
    op.drop_index("ix_posting_account", table_name="posting")
    op.drop_table("posting")
    op.drop_index(op.f("ix_certificate_number"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_import_batch_id"), table_name="certificate")
    op.drop_index(op.f("ix_certificate_firm_id"), table_name="certificate")
    op.drop_index("ix_certificate_end", table_name="certificate")
    op.drop_index(op.f("ix_certificate_candidacy_id"), table_name="certificate")
    op.drop_table("certificate")
    op.drop_index(op.f("ix_stage_move_transfer_id"), table_name="stage_move")
    op.drop_index(op.f("ix_stage_move_recorded_at"), table_name="stage_move")
    op.drop_index(op.f("ix_stage_move_import_batch_id"), table_name="stage_move")
    op.drop_index(op.f("ix_stage_move_caused_by_id"), table_name="stage_move")
    op.drop_index(op.f("ix_stage_move_candidacy_id"), table_name="stage_move")
    op.drop_table("stage_move")
    op.drop_index(op.f("ix_service_record_candidacy_id"), table_name="service_record")
    op.drop_index(op.f("ix_service_record_by_id"), table_name="service_record")
    op.drop_index("ix_service_follow_up", table_name="service_record")
    op.drop_table("service_record")
    op.drop_index(op.f("ix_proposal_status"), table_name="proposal")
    op.drop_index(op.f("ix_proposal_candidacy_id"), table_name="proposal")
    op.drop_table("proposal")
    op.drop_index(op.f("ix_transfer_firm_id"), table_name="transfer")
    op.drop_table("transfer")
    op.drop_index(op.f("ix_import_row_firm_id"), table_name="import_row")
    op.drop_index("ix_import_row_batch", table_name="import_row")
    op.drop_table("import_row")
    op.drop_table("firm_year")
    op.drop_index(op.f("ix_firm_name_name_key"), table_name="firm_name")
    op.drop_index(op.f("ix_firm_name_firm_id"), table_name="firm_name")
    op.drop_table("firm_name")
    op.drop_index(
        "uq_candidacy_open",
        table_name="candidacy",
        postgresql_where=sa.text("stage IN ('discover', 'serve', 'recommend')"),
        sqlite_where=sa.text("stage IN ('discover', 'serve', 'recommend')"),
    )
    op.drop_index(op.f("ix_candidacy_renews_id"), table_name="candidacy")
    op.drop_index("ix_candidacy_pipeline", table_name="candidacy")
    op.drop_index(op.f("ix_candidacy_in_charge_id"), table_name="candidacy")
    op.drop_index(op.f("ix_candidacy_firm_id"), table_name="candidacy")
    op.drop_table("candidacy")
    op.drop_index(
        "uq_firm_uscc_living",
        table_name="firm",
        postgresql_where=sa.text("deleted_at IS NULL"),
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_firm_street_id"), table_name="firm")
    op.drop_index(op.f("ix_firm_park_id"), table_name="firm")
    op.drop_index(op.f("ix_firm_name_key"), table_name="firm")
    op.drop_index(
        "ix_firm_living",
        table_name="firm",
        postgresql_where=sa.text("deleted_at IS NULL"),
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_firm_import_batch_id"), table_name="firm")
    op.drop_index(
        "ix_firm_changed",
        table_name="firm",
        postgresql_where=sa.text("deleted_at IS NULL"),
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("firm")
    op.drop_index(op.f("ix_delivery_part_delivery_id"), table_name="delivery_part")
    op.drop_table("delivery_part")
    op.drop_index(op.f("ix_user_unit_unit_id"), table_name="user_unit")
    op.drop_table("user_unit")
    op.drop_table("target")
    op.drop_index(op.f("ix_import_batch_status"), table_name="import_batch")
    op.drop_index(op.f("ix_import_batch_digest"), table_name="import_batch")
    op.drop_index(op.f("ix_import_batch_by_id"), table_name="import_batch")
    op.drop_table("import_batch")
    op.drop_table("idempotency_key")
    op.drop_index(op.f("ix_delivery_recipient_id"), table_name="delivery")
    op.drop_index("ix_delivery_queue", table_name="delivery")
    op.drop_table("delivery")
    op.drop_index("ix_audit_event_subject", table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_index(op.f("ix_api_token_user_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_table("user_account")
    op.drop_table("scheduler_seen")
    op.drop_table("org_unit")
    op.drop_table("ledger_rollup")
    op.drop_index("ix_job_run_last", table_name="job_run")
    op.drop_table("job_run")
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION ledger_is_append_only()")
