"""Layouts remembered, the policy of an import, decisions with what was added to them, progress of long work.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_layout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_import_layout_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_layout")),
        sa.UniqueConstraint("kind", "signature", name=op.f("uq_import_layout_kind_signature")),
    )
    op.create_table(
        "progress",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("phase", sa.String(length=24), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_progress_by_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_progress")),
    )
    # plain columns: SQLite would otherwise write the table anew, and its deletion would take the rows along
    op.add_column(
        "import_batch", sa.Column("signature", sa.String(length=64), nullable=False, server_default="")
    )
    op.add_column(
        "import_batch", sa.Column("policy", sa.String(length=12), nullable=False, server_default="good")
    )
    op.add_column("import_row", sa.Column("given", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column(
        "import_row", sa.Column("remembered", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    undecided = sa.text("outcome IN ('to_decide', 'conflict')")
    op.create_index(
        "ix_import_row_undecided",
        "import_row",
        ["batch_id"],
        postgresql_where=undecided,
        sqlite_where=undecided,
    )


def downgrade() -> None:
    op.drop_index("ix_import_row_undecided", table_name="import_row")
    op.drop_column("import_row", "remembered")
    op.drop_column("import_row", "given")
    op.drop_column("import_batch", "policy")
    op.drop_column("import_batch", "signature")
    op.drop_table("progress")
    op.drop_table("import_layout")
