"""Versions of what messages say. Refuses to change one, and a number that another was given meanwhile."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import func, select

from hotline1022.core.errors import Refused
from hotline1022.db.sql import Repository, build, insert_new, picker
from hotline1022.db.tables_settings import template_version
from hotline1022.notify.types import TemplateVersion

_values = picker(TemplateVersion)
_COLUMNS = [template_version.c[one.name] for one in fields(TemplateVersion)]


class TemplateRepository(Repository):
    """What is said in place of the settings' file."""

    async def newest(self) -> Sequence[TemplateVersion]:
        """The last version of each message that has one, by name."""
        last = (
            select(template_version.c.name, func.max(template_version.c.number).label("number"))
            .group_by(template_version.c.name)
            .subquery()
        )
        both = (last.c.name == template_version.c.name) & (last.c.number == template_version.c.number)
        query = select(*_COLUMNS).join(last, both).order_by(template_version.c.name)
        return [build(TemplateVersion, row) for row in (await self._connection.execute(query)).mappings()]

    async def versions(self, name: str, limit: int = 200) -> Sequence[TemplateVersion]:
        """Of one message, latest first."""
        query = select(*_COLUMNS).where(template_version.c.name == name)
        query = query.order_by(template_version.c.number.desc()).limit(limit)
        return [build(TemplateVersion, row) for row in (await self._connection.execute(query)).mappings()]

    async def add(self, version: TemplateVersion) -> None:
        """The next one. Refused `template-changed` when somebody else was first."""
        done = await self._connection.execute(insert_new(self._dialect, template_version), _values(version))
        if not done.rowcount:
            raise Refused(
                f"version {version.number} of {version.name} was written meanwhile; look at it, then save again",
                error_id="template-changed",
            )
