"""Asterisk's own console, for what the service's AMI accounts have no right to. Refuses an Asterisk that is not ours."""

import asyncio

from hotline1022.core.errors import Unavailable
from hotline1022.service.asterisk.engine import AsteriskInstance
from hotline1022.service.asterisk.engine_find import find_engine
from hotline1022.service.settings.tree import Settings


class Console:
    """The console of the Asterisk in the folder of the settings; one short process a command."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._asterisk: AsteriskInstance | None = None

    async def open(self) -> bool:
        """Find the Asterisk that runs there; False where none does. Raises ConfigError where none can be found at all."""
        if self._asterisk is None:
            engine = await asyncio.to_thread(find_engine, self._settings.asterisk.binary)
            folder = self._settings.paths.asterisk
            self._asterisk = AsteriskInstance(folder, folder / "etc", engine)
        return await self._asterisk.adopt()

    async def say(self, command: str) -> str:
        """What Asterisk answers; Unavailable `asterisk-not-running` when it does not run here or does not answer."""
        if not await self.open() or self._asterisk is None:
            raise Unavailable(
                f"no Asterisk of ours runs in {self._settings.paths.asterisk}", error_id="asterisk-not-running"
            )
        return await self._asterisk.cli(command)
