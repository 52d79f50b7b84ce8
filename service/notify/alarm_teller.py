"""Tells people of alarms by SMS and email, beside the page: looks for alarms of which nobody was told, and for those that are over. Refuses
to tell the same twice: what was thought of, and what goes into the outbox, is written in one transaction.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from hotline1022.core.clock import utc_now
from hotline1022.core.errors import Unavailable
from hotline1022.core.watching import TellingState, Watcher
from hotline1022.db.types import AlarmRow
from hotline1022.db.unit import Database, Work
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.templates import Templates
from hotline1022.notify.types import Channel
from hotline1022.service.notify.alarm_messages import channels_about, messages_of
from hotline1022.service.notify.alarm_plan import SPAN, Plan, Step, plan
from hotline1022.service.notify.parts import quiet_of, templates_of
from hotline1022.service.notify.template_book import in_force

if TYPE_CHECKING:
    from hotline1022.service.app import App

log = logging.getLogger(__name__)
#: seconds between two looks
EVERY = 5.0


class AlarmTeller:
    """`run` in the service. `gateways`: by which name each way rings when it is away."""

    def __init__(
        self,
        database: Database,
        files: Templates,
        quiet: Quiet,
        *,
        gateways: Callable[[], Mapping[Channel, str]],
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._files, self._quiet, self._gateways, self._clock = database, files, quiet, gateways, clock

    async def run(self) -> None:
        """Until cancelled; while the database is away nothing is lost: what was not thought of is found later."""
        while True:
            try:
                await self.look()
            except Unavailable as error:
                log.warning("people cannot be told of alarms: %s", error)
            await asyncio.sleep(EVERY)

    async def look(self) -> int:
        """Tell what is to be told; how many messages that are."""
        at = self._clock()
        async with self._database.reading() as tx:
            fresh = await tx.watchers.fresh()
            if not fresh and not (await self._plan(tx, await tx.watchers.all(), (), at)).steps:
                return 0
        async with self._database.transaction() as tx:
            watchers = await tx.watchers.locked()  # whoever tells beside us has told, or waits
            fresh = await tx.watchers.fresh()
            wanted = await self._plan(tx, watchers, fresh, at)
            refused = {(one.telling.alarm, one.telling.watcher) for one in wanted.steps if not await _write(tx, one)}
            templates = await in_force(tx, self._files)
            count = 0
            for message in wanted.messages:
                if (message.lead.id, message.watcher.id) not in refused:
                    count += await tx.outbox.put(messages_of(message, templates, self._quiet, at))
            await tx.watchers.passed([one.id for one in fresh], at)
        _tell(wanted)
        return count

    async def _plan(self, tx: Work, watchers: Sequence[Watcher], fresh: Sequence[AlarmRow], at: datetime) -> Plan:
        told = await _with_account(tx, watchers)
        opened, lately = await tx.watchers.open(), await tx.watchers.lately(at - SPAN)
        gateways = self._gateways()
        return plan(told, fresh, opened, lately, at, lambda alarm: channels_about(alarm, gateways))


async def _with_account(tx: Work, watchers: Sequence[Watcher]) -> Sequence[Watcher]:
    """Without those whose account was shut."""
    if not any(one.account for one in watchers):
        return watchers
    active = {user.id for user in await tx.accounts.users() if user.active}
    return [one for one in watchers if not one.account or one.account in active]


async def _write(tx: Work, step: Step) -> bool:
    if step.before is None:
        return await tx.watchers.begin(step.telling)
    return await tx.watchers.move(step.telling, step.before)


def _tell(wanted: Plan) -> None:
    for step in wanted.steps:
        if step.telling.state in (TellingState.HELD, TellingState.UNREACHED):
            text = "alarm %s (%s) is not told to watcher %s: %s"
            one = step.telling
            log.warning(text, one.alarm, one.kind, one.watcher, one.state)


def teller_of(app: "App") -> AlarmTeller:
    """Over the parts of the running service."""

    def gateways() -> Mapping[Channel, str]:
        return {way: standing.gateway for way, standing in app.outbox.standings().items()}

    settings = app.settings
    return AlarmTeller(app.database, templates_of(settings), quiet_of(settings), gateways=gateways, clock=utc_now)
