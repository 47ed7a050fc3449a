"""Facts beyond figures, assessments, scenarios.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_current = sa.text("replaced_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "firm_fact",
        sa.Column("id", _big, nullable=False),
        sa.Column("firm_id", _big, nullable=False),
        sa.Column("fact", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_firm_fact_by_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_fact_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_fact")),
    )
    op.create_index(op.f("ix_firm_fact_firm_id"), "firm_fact", ["firm_id"], unique=False)
    op.create_index(
        "uq_firm_fact_current",
        "firm_fact",
        ["firm_id", "year", "fact"],
        unique=True,
        postgresql_where=_current,
        sqlite_where=_current,
    )
    op.create_table(
        "assessment",
        sa.Column("id", _big, nullable=False),
        sa.Column("firm_id", _big, nullable=False),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("policy", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("local_versions", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("occasion", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_assessment_by_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_assessment_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index("ix_assessment_of_firm", "assessment", ["firm_id", "track", "id"], unique=False)
    op.create_table(
        "scenario",
        sa.Column("id", _big, nullable=False),
        sa.Column("firm_id", _big, nullable=False),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_scenario_by_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_scenario_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
    )
    op.create_index(op.f("ix_scenario_firm_id"), "scenario", ["firm_id"], unique=False)


def downgrade() -> None:
    op.drop_table("scenario")
    op.drop_table("assessment")
    op.drop_table("firm_fact")
