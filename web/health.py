"""Whether we live and are ready. Refuses to run the checks more than once a second, however many ask."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import HotlineError
from hotline1022.web.ports import Check, Ports
from hotline1022.web.route import Answer, Ask
from hotline1022.web.wire import Alive, CheckView, Readiness

LOG = logging.getLogger("hotline1022.web")
#: Seconds one check may take.
CHECK_SECONDS = 3.0
#: Seconds for which the answer is given again.
FRESH_SECONDS = 1.0


class Readier:
    """Runs all checks side by side; those who ask meanwhile get the same answer."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._lock = asyncio.Lock()
        self._last: tuple[float, Readiness] | None = None

    async def __call__(self) -> Readiness:
        """The state now, at most a second old."""
        async with self._lock:
            if self._last is None or time.monotonic() - self._last[0] >= FRESH_SECONDS:
                checks = await self._all(self._ports.checks)
                ready = Readiness(ready=all(check.ready for check in checks), checks=checks)
                self._last = (time.monotonic(), ready)
            return self._last[1]

    async def _all(self, checks: Sequence[Check]) -> tuple[CheckView, ...]:
        return tuple(await asyncio.gather(*(self._one(check) for check in checks)))

    async def _one(self, check: Check) -> CheckView:
        at, began = self._ports.clock(), time.monotonic()
        error_id = message = None
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await check()
        except TimeoutError:
            error_id, message = "check-timeout", f"no answer in {CHECK_SECONDS:g} s; see the log of that part"
        except HotlineError as error:
            error_id, message = error.error_id, str(error)
        except Exception:  # a check that breaks is a check that failed, and the others still count
            LOG.exception("the check %s broke", check.name)
            error_id, message = "internal", "the check itself broke; see the service's log"
        took = round((time.monotonic() - began) * 1000)
        return CheckView(
            name=check.name, ready=error_id is None, at=at, took_ms=took, error_id=error_id, message=message
        )


async def live(ask: Ask) -> Alive:
    """The process answers."""
    return Alive(alive=True)


#: Where an application keeps its Readier.
READIER: web.AppKey[Readier] = web.AppKey("readier", Readier)


async def ready(ask: Ask) -> Answer:
    """200 or 503; what exactly is wrong is told only to who may look."""
    state = await ask.request.app[READIER]()
    if ask.who is None or not ask.who.may(Permission.LOOK):
        state = replace(state, checks=tuple(replace(check, message=None) for check in state.checks))
    return Answer(value=state, status=200 if state.ready else 503)
