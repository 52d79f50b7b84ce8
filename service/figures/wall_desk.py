"""Addresses for televisions: made, opened, revoked. Refuses names that say nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime

from hotline1022.core.acting import acting
from hotline1022.core.errors import Invalid
from hotline1022.core.texts import one_form
from hotline1022.core.wallboards import Wallboard
from hotline1022.db.unit import Database


class WallDesk:
    """web.wall_port.Wallboards."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def list(self) -> Sequence[Wallboard]:
        """All, those that open first."""
        async with self._database.reading() as tx:
            return await tx.wallboards.all()

    async def add(self, name: str, by: str) -> tuple[Wallboard, str]:
        """Another one, and its key; the act says which."""
        name = one_form(name).strip()
        if not 0 < len(name) <= 80:
            raise Invalid("an address needs a name of 1 to 80 characters; say where it hangs", error_id="name-invalid")
        async with self._database.transaction() as tx:
            made, key = await tx.wallboards.add(name, by, self._clock())
            if (act := acting()) is not None:
                act.subject = f"wallboard:{made.id}"
        return made, key

    async def opens(self, key: str) -> bool:
        """Whether it does now."""
        async with self._database.reading() as tx:
            return await tx.wallboards.opens(key)

    async def revoke(self, id: str) -> Wallboard:
        """End it."""
        async with self._database.transaction() as tx:
            return await tx.wallboards.revoke(id, self._clock())
