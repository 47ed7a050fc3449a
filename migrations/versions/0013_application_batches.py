"""Application batches, the firms in them, and their papers.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "application_batch",
        sa.Column("id", _big, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("upper_closes_on", sa.Date(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("publicised_on", sa.Date(), nullable=True),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column("updated_by_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_batch_id"], ["import_batch.id"], name=op.f("fk_application_batch_import_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by_id"], ["user_account.id"], name=op.f("fk_application_batch_updated_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_batch")),
        sa.UniqueConstraint("track", "year", "round", name=op.f("uq_application_batch_track_year_round")),
    )
    op.create_index(
        op.f("ix_application_batch_import_batch_id"), "application_batch", ["import_batch_id"], unique=False
    )
    op.create_table(
        "batch_entry",
        sa.Column("id", _big, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("batch_id", _big, nullable=False),
        sa.Column("candidacy_id", _big, nullable=False),
        sa.Column("move_id", _big, nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("publicised_on", sa.Date(), nullable=True),
        sa.Column("incomplete_reason", sa.String(length=1000), nullable=True),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["application_batch.id"], name=op.f("fk_batch_entry_batch_id")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_batch_entry_candidacy_id")),
        sa.ForeignKeyConstraint(["move_id"], ["stage_move.id"], name=op.f("fk_batch_entry_move_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_entry")),
        sa.UniqueConstraint("batch_id", "candidacy_id", name=op.f("uq_batch_entry_batch_id_candidacy_id")),
        sa.UniqueConstraint("move_id", name=op.f("uq_batch_entry_move_id")),
    )
    op.create_index(op.f("ix_batch_entry_candidacy_id"), "batch_entry", ["candidacy_id"], unique=False)
    op.create_table(
        "batch_paper",
        sa.Column("id", _big, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entry_id", _big, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title_zh", sa.String(length=300), nullable=False),
        sa.Column("title_en", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("attachment_id", _big, nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachment.id"],
            name=op.f("fk_batch_paper_attachment_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"], name=op.f("fk_batch_paper_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["batch_entry.id"], name=op.f("fk_batch_paper_entry_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_batch_paper_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_paper")),
        sa.UniqueConstraint("entry_id", "code", name=op.f("uq_batch_paper_entry_id_code")),
    )
    op.create_index(op.f("ix_batch_paper_attachment_id"), "batch_paper", ["attachment_id"], unique=False)
    op.create_index("ix_batch_paper_owner", "batch_paper", ["owner_id", "state"], unique=False)
    op.add_column(
        "proposal",
        sa.Column(
            "batch_id",
            _big,
            sa.ForeignKey("application_batch.id", name=op.f("fk_proposal_batch_id")),
            nullable=True,
        ),
        inline_references=True,
    )
    op.create_index(op.f("ix_proposal_batch_id"), "proposal", ["batch_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_proposal_batch_id"), table_name="proposal")
    op.drop_column("proposal", "batch_id")
    op.drop_table("batch_paper")
    op.drop_table("batch_entry")
    op.drop_table("application_batch")
