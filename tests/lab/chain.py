"""What stands in the chain of a database. Refuses nothing."""

from hotline1022.audit.types import Entry
from hotline1022.db.unit import Database


async def entries(database: Database) -> list[Entry]:
    """All of them, in their order."""
    async with database.reading() as tx:
        return [one async for some in tx.audit.entries() for one in some]
