"""The API's port for one citizen's data: conversions, and nothing else."""

from hotline1022.service.citizen.desk import Citizens, Erasure
from hotline1022.service.citizen.export import CitizenExporter
from hotline1022.web.citizen_wire import CitizenView, ErasureView


class CitizenApi:
    """web.citizen_port.CitizenPort."""

    def __init__(self, citizens: Citizens, exporter: CitizenExporter) -> None:
        self._citizens, self._exporter = citizens, exporter

    async def export(self, number: str, reason: str, text: str) -> CitizenView:
        """All of it, with its entry of the audit."""
        data = await self._exporter.rows(number, reason, text)
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
