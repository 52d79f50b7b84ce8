"""Which recording notice was in force from when on: the hash of the sound that citizens heard. Refuses nothing."""

from datetime import datetime

from sqlalchemy import select

from hotline1022.db.sql import Repository, insert_new
from hotline1022.db.tables_citizen import notice_version


class NoticeRepository(Repository):
    """Versions of the notices, within one transaction."""

    async def note(self, prompt: str, version: str, at: datetime) -> bool:
        """From now on the prompt has this version; False when it has it already."""
        if await self.version(prompt, at) == version:
            return False
        values = {"prompt": prompt, "since": at, "version": version}
        await self._connection.execute(insert_new(self._dialect, notice_version), values)
        return True

    async def version(self, prompt: str, at: datetime) -> str:
        """The one that was in force then; "" when nobody wrote it down."""
        n = notice_version.c
        query = select(n.version).where(n.prompt == prompt, n.since <= at).order_by(n.since.desc()).limit(1)
        return (await self._connection.execute(query)).scalar() or ""
