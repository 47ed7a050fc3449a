"""The screening, its runs and what they changed.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "screening",
        sa.Column("firm_id", _big, nullable=False),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("filing_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("policy", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("readiness", sa.String(length=8), nullable=False),
        sa.Column("closeness", sa.String(length=64), nullable=False),
        sa.Column("not_met", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("lacking", sa.Integer(), nullable=False),
        sa.Column("hardest", sa.String(length=12), nullable=False),
        sa.Column("money", sa.Numeric(precision=16, scale=4), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("growth", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("rd_ratio", sa.Numeric(precision=14, scale=4), nullable=True),
        sa.Column("rd_year", sa.Integer(), nullable=True),
        sa.Column("class1", sa.Integer(), nullable=True),
        sa.Column("gaps", sa.JSON(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_screening_firm_id")),
        sa.PrimaryKeyConstraint("firm_id", "track", "filing_year", name=op.f("pk_screening")),
    )
    op.create_index(
        "ix_screening_order",
        "screening",
        ["track", "filing_year", "readiness", "closeness", "firm_id"],
        unique=False,
    )
    op.create_table(
        "screening_run",
        sa.Column("id", _big, nullable=False),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("filing_year", sa.Integer(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("occasion", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("firms", sa.Integer(), nullable=False),
        sa.Column("assessed", sa.Integer(), nullable=False),
        sa.Column("gained", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_screening_run_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_run")),
    )
    op.create_index("ix_screening_run_last", "screening_run", ["track", "filing_year", "id"], unique=False)
    op.create_table(
        "screening_change",
        sa.Column("run_id", _big, nullable=False),
        sa.Column("firm_id", _big, nullable=False),
        sa.Column("before", sa.String(length=8), nullable=False),
        sa.Column("after", sa.String(length=8), nullable=False),
        sa.Column("by_rules", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_screening_change_firm_id")),
        sa.ForeignKeyConstraint(["run_id"], ["screening_run.id"], name=op.f("fk_screening_change_run_id")),
        sa.PrimaryKeyConstraint("run_id", "firm_id", name=op.f("pk_screening_change")),
    )
    op.create_index(op.f("ix_screening_change_firm_id"), "screening_change", ["firm_id"], unique=False)


def downgrade() -> None:
    op.drop_table("screening_change")
    op.drop_table("screening_run")
    op.drop_table("screening")
