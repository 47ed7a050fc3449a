"""Yearly reports of certificates; a reported rename and the other authority's case of a move.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("certificate", sa.Column("rename_reported_on", sa.Date(), nullable=True))
    op.add_column("certificate", sa.Column("relocation_case", sa.String(length=200), nullable=True))
    op.create_table(
        "yearly_report",
        sa.Column("id", _big, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("certificate_id", _big, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_yearly_report_certificate_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_yearly_report_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yearly_report")),
        sa.UniqueConstraint("certificate_id", "year", name=op.f("uq_yearly_report_certificate_id_year")),
    )
    op.create_index("ix_yearly_report_year_state", "yearly_report", ["year", "state"], unique=False)


def downgrade() -> None:
    op.drop_table("yearly_report")
    op.drop_column("certificate", "relocation_case")
    op.drop_column("certificate", "rename_reported_on")
