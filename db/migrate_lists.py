"""A step of the schema that lengthens a closed list. Refuses a table whose CHECK is not the one that is expected."""

import sqlalchemy as sa
from alembic import op


def lengthen_list(name: str, table: str, begins: str, word: str) -> None:
    """The CHECK `name`, whose text is `begins` and a closing bracket, takes one word more.

    SQLite cannot alter a CHECK: it wants the text of the table changed.
    """
    old, new = f"{begins})", f"{begins}, '{word}')"
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, new)
        return
    _rewrite(connection, table, old, new)


def add_list(name: str, table: str, check: str, before: str) -> None:
    """A CHECK for a column that was just added; `before`: the name of one that the table has, for SQLite's text."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.create_check_constraint(name, table, check)
        return
    there = f"CONSTRAINT {before} CHECK"
    _rewrite(connection, table, there, f"CONSTRAINT {name} CHECK ({check}), \n\t{there}")


def _rewrite(connection: sa.Connection, table: str, old: str, new: str) -> None:
    """SQLite's own text of the table, changed in one place."""
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    done = connection.execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :name AND instr(sql, :old)"
        ),
        {"old": old, "new": new, "name": table},
    )
    if done.rowcount != 1:
        raise RuntimeError(f"table {table} has no text {old!r}")
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))
