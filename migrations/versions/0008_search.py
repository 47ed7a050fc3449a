"""The index of the search, and triggers that say which firms it has not taken in.

The firms that are there already wait to be taken in; until the job has done so they are read one by one.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WATCHED = ("search_text", "contact_name", "contact_phone", "street_id", "park_id")
KEPT = ", ".join(f"OLD.{column}" for column in WATCHED)


def watch_firms() -> None:
    """Whoever writes a firm, by whatever way: what the index has of it is kept beside."""
    columns = ", ".join((*WATCHED, "deleted_at"))
    if op.get_context().dialect.name == "sqlite":
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in (*WATCHED, "deleted_at"))
        op.execute(
            "CREATE TRIGGER firm_search_insert AFTER INSERT ON firm "
            "BEGIN INSERT INTO search_change (firm_id) VALUES (NEW.id); END"
        )
        op.execute(
            f"CREATE TRIGGER firm_search_update AFTER UPDATE OF {columns} ON firm WHEN {changed} "  # noqa: S608 names of columns
            "BEGIN INSERT INTO search_change (firm_id, was) "
            f"VALUES (NEW.id, CASE WHEN OLD.deleted_at IS NULL THEN json_array({KEPT}) END); END"
        )
        return
    changed = " OR ".join(
        f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in (*WATCHED, "deleted_at")
    )
    op.execute(
        f"""
        CREATE FUNCTION firm_search_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'INSERT' THEN
            INSERT INTO search_change (firm_id) VALUES (NEW.id);
          ELSE
            INSERT INTO search_change (firm_id, was)
            VALUES (NEW.id, CASE WHEN OLD.deleted_at IS NULL THEN json_build_array({KEPT}) END);
          END IF;
          RETURN NULL;
        END $$
        """  # noqa: S608 names of columns
    )
    op.execute(
        "CREATE TRIGGER firm_search_insert AFTER INSERT ON firm "
        "FOR EACH ROW EXECUTE FUNCTION firm_search_changed()"
    )
    op.execute(
        f"CREATE TRIGGER firm_search_update AFTER UPDATE OF {columns} ON firm "
        f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION firm_search_changed()"
    )


def upgrade() -> None:
    op.create_table(
        "search_posting",
        sa.Column("gram", sa.String(length=24), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("gram", "block", name=op.f("pk_search_posting")),
    )
    op.create_table(
        "search_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("was", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_change")),
    )
    if op.get_context().dialect.name == "postgresql":
        # a bitmap does not shrink: no time is lost on trying
        op.execute("ALTER TABLE search_posting ALTER COLUMN ids SET STORAGE EXTERNAL")
    op.execute("INSERT INTO search_change (firm_id) SELECT id FROM firm WHERE deleted_at IS NULL ORDER BY id")
    watch_firms()


def downgrade() -> None:
    op.execute("DROP TRIGGER firm_search_update" + _on_firm())
    op.execute("DROP TRIGGER firm_search_insert" + _on_firm())
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION firm_search_changed()")
    op.drop_table("search_change")
    op.drop_table("search_posting")


def _on_firm() -> str:
    return " ON firm" if op.get_context().dialect.name == "postgresql" else ""
