"""Firms that may be one, merges and links.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duplicate_pair",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=False),
        sa.Column("hint", sa.String(length=12), nullable=False),
        sa.Column("facts", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_duplicate_pair_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_duplicate_pair_firm_id")),
        sa.ForeignKeyConstraint(["other_id"], ["firm.id"], name=op.f("fk_duplicate_pair_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pair")),
        sa.UniqueConstraint("firm_id", "other_id", name=op.f("uq_duplicate_pair_firm_id_other_id")),
    )
    op.create_index(op.f("ix_duplicate_pair_other_id"), "duplicate_pair", ["other_id"], unique=False)
    op.create_index(op.f("ix_duplicate_pair_status"), "duplicate_pair", ["status"], unique=False)
    op.create_table(
        "firm_merge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kept_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_firm_merge_by_id")),
        sa.ForeignKeyConstraint(["gone_id"], ["firm.id"], name=op.f("fk_firm_merge_gone_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["firm.id"], name=op.f("fk_firm_merge_kept_id")),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["user_account.id"], name=op.f("fk_firm_merge_undone_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_merge")),
    )
    op.create_index(op.f("ix_firm_merge_gone_id"), "firm_merge", ["gone_id"], unique=False)
    op.create_index(op.f("ix_firm_merge_kept_id"), "firm_merge", ["kept_id"], unique=False)
    op.create_table(
        "firm_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_firm_link_by_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_link_firm_id")),
        sa.ForeignKeyConstraint(["other_id"], ["firm.id"], name=op.f("fk_firm_link_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_link")),
        sa.UniqueConstraint("firm_id", "other_id", "kind", name=op.f("uq_firm_link_firm_id_other_id_kind")),
    )
    op.create_index(op.f("ix_firm_link_other_id"), "firm_link", ["other_id"], unique=False)


def downgrade() -> None:
    op.drop_table("firm_link")
    op.drop_table("firm_merge")
    op.drop_table("duplicate_pair")
