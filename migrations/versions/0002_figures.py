"""Figures by year and calibre, and intellectual property.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "firm_figure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("figure", sa.String(length=20), nullable=False),
        sa.Column("calibre", sa.String(length=12), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_firm_figure_by_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_figure_firm_id")),
        sa.ForeignKeyConstraint(
            ["import_batch_id"], ["import_batch.id"], name=op.f("fk_firm_figure_import_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_figure")),
    )
    op.create_index(op.f("ix_firm_figure_firm_id"), "firm_figure", ["firm_id"], unique=False)
    op.create_index(op.f("ix_firm_figure_import_batch_id"), "firm_figure", ["import_batch_id"], unique=False)
    op.create_index(
        "uq_firm_figure_current",
        "firm_figure",
        ["firm_id", "year", "figure", "calibre"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
        sqlite_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "intellectual_property",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("number_key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("obtained", sa.String(length=16), nullable=False),
        sa.Column("used_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_intellectual_property_by_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_intellectual_property_firm_id")),
        sa.ForeignKeyConstraint(
            ["import_batch_id"], ["import_batch.id"], name=op.f("fk_intellectual_property_import_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["used_for_id"], ["candidacy.id"], name=op.f("fk_intellectual_property_used_for_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intellectual_property")),
    )
    op.create_index(
        op.f("ix_intellectual_property_firm_id"), "intellectual_property", ["firm_id"], unique=False
    )
    op.create_index(
        op.f("ix_intellectual_property_import_batch_id"),
        "intellectual_property",
        ["import_batch_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_intellectual_property_number_key"), "intellectual_property", ["number_key"], unique=False
    )
    op.create_index(
        "uq_intellectual_property_living",
        "intellectual_property",
        ["firm_id", "number_key"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.execute(
        "INSERT INTO firm_figure (firm_id, year, figure, calibre, value, source, recorded_at) "
        "SELECT y.firm_id, y.year, 'sales', '', y.sales, '', f.updated_at "
        "FROM firm_year y JOIN firm f ON f.id = y.firm_id WHERE y.sales IS NOT NULL ORDER BY 1, 2"
    )
    op.execute(
        "INSERT INTO firm_figure (firm_id, year, figure, calibre, value, source, recorded_at) "
        "SELECT y.firm_id, y.year, 'rd', '', y.rd, '', f.updated_at "
        "FROM firm_year y JOIN firm f ON f.id = y.firm_id WHERE y.rd IS NOT NULL ORDER BY 1, 2"
    )
    op.drop_table("firm_year")


def downgrade() -> None:
    op.create_table(
        "firm_year",
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sales", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("rd", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_year_firm_id")),
        sa.PrimaryKeyConstraint("firm_id", "year", name=op.f("pk_firm_year")),
    )
    # figures of other kinds and calibres have no place there
    op.execute(
        "INSERT INTO firm_year (firm_id, year, sales, rd) "
        "SELECT firm_id, year, max(CASE WHEN figure = 'sales' THEN value END), "
        "max(CASE WHEN figure = 'rd' THEN value END) FROM firm_figure "
        "WHERE calibre = '' AND replaced_at IS NULL AND figure IN ('sales', 'rd') GROUP BY firm_id, year"
    )
    op.drop_table("intellectual_property")
    op.drop_table("firm_figure")
