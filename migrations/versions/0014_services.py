"""What was found and promised, whose the follow-up is, rounds of many firms, and what firms ask for.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXTS = {
    "participants": sa.String(length=500),
    "found": sa.Text(),
    "promised": sa.Text(),
    "follow_up": sa.String(length=500),
    "outcome": sa.String(length=1000),
}
_KEYS = {"round_id": ("service_round", _big), "follow_up_owner_id": ("user_account", sa.Integer())}


def upgrade() -> None:
    op.create_table(
        "service_round",
        sa.Column("id", _big, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("participants", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_service_round_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_round")),
    )
    op.create_index(op.f("ix_service_round_held_on"), "service_round", ["held_on"], unique=False)
    op.add_column("service_record", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    for name, kind in _TEXTS.items():
        op.add_column("service_record", sa.Column(name, kind, server_default="", nullable=False))
    op.add_column("service_record", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("service_record", sa.Column("withdrawn_reason", sa.String(length=1000), nullable=True))
    op.add_column("service_record", sa.Column("visit_id", _big, nullable=True))
    op.create_index(op.f("ix_service_record_visit_id"), "service_record", ["visit_id"], unique=False)
    op.drop_index("ix_service_record_served", table_name="service_record")
    op.create_index(
        "ix_service_record_served",
        "service_record",
        ["served_on", "candidacy_id", "withdrawn_at"],
        unique=False,
    )
    for name, (table, kind) in {**_KEYS, "withdrawn_by_id": ("user_account", sa.Integer())}.items():
        _refer("service_record", name, table, kind)
    for name in _KEYS:
        op.create_index(op.f(f"ix_service_record_{name}"), "service_record", [name], unique=False)
    _refer("attachment", "service_id", "service_record", _big)
    op.create_index(op.f("ix_attachment_service_id"), "attachment", ["service_id"], unique=False)
    op.create_table(
        "firm_need",
        sa.Column("id", _big, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("firm_id", _big, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service_id", _big, nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_need_firm_id")),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_firm_need_by_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service_record.id"], name=op.f("fk_firm_need_service_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_firm_need_owner_id")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user_account.id"], name=op.f("fk_firm_need_answered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_need")),
    )
    op.create_index("ix_firm_need_state_due_on", "firm_need", ["state", "due_on"], unique=False)
    for name in ("firm_id", "service_id", "owner_id"):
        op.create_index(op.f(f"ix_firm_need_{name}"), "firm_need", [name], unique=False)


def _refer(table: str, name: str, other: str, kind: sa.types.TypeEngine) -> None:
    key = sa.ForeignKey(f"{other}.id", name=op.f(f"fk_{table}_{name}"))
    op.add_column(table, sa.Column(name, kind, key, nullable=True), inline_references=True)


def downgrade() -> None:
    op.drop_table("firm_need")
    op.drop_index(op.f("ix_attachment_service_id"), table_name="attachment")
    op.drop_column("attachment", "service_id")
    op.drop_index("ix_service_record_served", table_name="service_record")
    op.create_index("ix_service_record_served", "service_record", ["served_on", "candidacy_id"], unique=False)
    for name in ("visit_id", *_KEYS):
        op.drop_index(op.f(f"ix_service_record_{name}"), table_name="service_record")
    for name in (
        "visit_id",
        *_KEYS,
        "withdrawn_by_id",
        "withdrawn_reason",
        "withdrawn_at",
        *_TEXTS,
        "version",
    ):
        op.drop_column("service_record", name)
    op.drop_table("service_round")
