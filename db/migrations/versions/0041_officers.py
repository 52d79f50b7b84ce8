"""What officers search tickets by; who gives a later date by a permission of its own"""

import sqlalchemy as sa
from alembic import op

from hotline1022.core.folding import fold
from hotline1022.core.masking import mask_text
from hotline1022.db.columns import Document

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

#: rows of a portion
PORTION = 1000
_SAID = ("area_name", "category_name", "agency_name", "service_group", "content", "answer")
_ticket = sa.table("ticket", *map(sa.column, ("id", "code", "open_search", *_SAID)))
_role = sa.table("role", sa.column("id"), sa.column("permissions", Document), sa.column("version"))


def upgrade() -> None:
    """Towards the newer schema. Who led so far keeps what was the leader's: `extend` comes to each role with `lead`."""
    op.add_column("ticket", sa.Column("open_search", sa.String, nullable=False, server_default=""))
    bind = op.get_bind()
    last = ""
    while rows := _portion(bind, last):
        change = sa.update(_ticket).where(_ticket.c.id == sa.bindparam("of"))
        bind.execute(change, [{"of": row["id"], "open_search": _open(row)} for row in rows])
        last = rows[-1]["id"]
    for role in bind.execute(sa.select(_role)).mappings().all():
        if "lead" in role["permissions"] and "extend" not in role["permissions"]:
            given = sorted({*role["permissions"], "extend"})
            new = sa.update(_role).where(_role.c.id == role["id"])
            bind.execute(new.values(permissions=given, version=role["version"] + 1))


def _open(row: sa.RowMapping) -> str:
    """As db/tickets.py makes it."""
    return f"{row['code']} {mask_text(fold(' '.join(row[name] for name in _SAID)))}".strip()


def _portion(bind: sa.Connection, last: str) -> list[sa.RowMapping]:
    query = sa.select(_ticket).where(_ticket.c.id > last).order_by(_ticket.c.id).limit(PORTION)
    return list(bind.execute(query).mappings().all())
