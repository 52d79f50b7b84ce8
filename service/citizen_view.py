"""The API's port for one citizen's data: conversions, and nothing else."""

from hotline1022.db.unit import Database
from hotline1022.service.citizen import Citizens, Erasure
from hotline1022.service.citizen_export import collect
from hotline1022.web.citizen_wire import CitizenView, ErasureView


class CitizenApi:
    """web.citizen_port.CitizenPort."""

    def __init__(self, database: Database, citizens: Citizens) -> None:
        self._database, self._citizens = database, citizens

    async def export(self, number: str) -> CitizenView:
        """All of it, with its entry of the audit."""
        data = await collect(self._database, number)
        return CitizenView(**{name: tuple(rows) for name, rows in data.items()})

    async def look(self, number: str) -> ErasureView:
        """What would go."""
        return _view(await self._citizens.look(number))

    async def request(self, number: str, reason: str) -> ErasureView:
        """The first step."""
        return _view(await self._citizens.request(number, reason))

    async def confirm(self, request: str, number: str) -> ErasureView:
        """The second step."""
        return _view(await self._citizens.confirm(request, number))


def _view(one: Erasure) -> ErasureView:
    return ErasureView(**{name: getattr(one, name) for name in ErasureView.__dataclass_fields__})
