"""Tells Asterisk, in its own database, whether citizens may leave messages: the dialplan asks there, with the service dead too.

Written on Asterisk's console, as plan_keeper.py does. Where there is none (an existing PBX elsewhere) messages are taken as long
as they can be written; then the dialplan itself says that it could not.
"""

import time
from collections.abc import Callable

from hotline1022.core.errors import Unavailable
from hotline1022.service.cascades.plan_keeper import FAMILY, OwnConsole

#: the dialplan takes no message while this key is there
KEY = "no-voicemail"
#: seconds until it is written again although nothing changed: Asterisk may have got another database meanwhile
AGAIN = 600.0


class VoicemailGate:
    """disk_watch.Voicemail."""

    def __init__(self, console: OwnConsole, *, now: Callable[[], float] = time.monotonic) -> None:
        self._console, self._now = console, now
        self._done: tuple[bool, float] | None = None

    async def take(self, allowed: bool) -> None:
        """Say so, unless it was said just now."""
        now = self._now()
        if self._done is not None and self._done[0] is allowed and now - self._done[1] < AGAIN:
            return
        if not allowed:
            said = await self._console.say(f"database put {FAMILY} {KEY} disk")
            if "Updated" not in said:
                raise Unavailable(f"Asterisk does not keep {KEY}: {said.strip()[:100] or 'no answer'}")
        elif f"/{KEY}" in await self._console.say(
            f"database show {FAMILY} {KEY}"
        ):  # it complains of a key that is not there
            await self._console.say(f"database del {FAMILY} {KEY}")
        self._done = (allowed, now)
