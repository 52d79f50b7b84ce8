"""The API's view of cascades: the list with names, and what agents do: put through, take back, connect.

Refuses what the call's state does not allow. Everything that lasts is done by the dialplan: here it is only told where to go.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from hotline1022.ami_bridge.ports import Actions
from hotline1022.cascade.types import KeptCascade, PickUp, StepRow
from hotline1022.core.call import Call
from hotline1022.core.cascade import Cascade, State
from hotline1022.core.errors import HotlineError, NotFound, Refused
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.legs import Leg
from hotline1022.core.outcomes import Direction
from hotline1022.db.unit import Database
from hotline1022.service.asterisk.dialplan import check_put_through
from hotline1022.service.calls.call_log import CallLog
from hotline1022.service.cascades.hunts import Cascades
from hotline1022.service.directory.desk import DirectoryDesk
from hotline1022.tickets.ports import Reporter
from hotline1022.tickets.types import Urgency
from hotline1022.web.cascade_wire import Begun, CascadeBody, CascadeQuery, CascadeView, StepView

log = logging.getLogger(__name__)

#: seconds in which the log hears of a hunt that Asterisk was told to begin, or there is none
BEGUN_SECONDS = 10.0


class CascadesView:
    """web.cascade_port.Cascades."""

    def __init__(
        self,
        database: Database,
        cascades: Cascades,
        directory: DirectoryDesk,
        call_log: CallLog,
        actions: Actions,
    ) -> None:
        self._database, self._cascades, self._directory = database, cascades, directory
        self._call_log, self._actions = call_log, actions
        #: hunts whose citizen is on her way back: the log learns of it a moment later
        self._taken_back: set[tuple[CallId, int]] = set()
        #: calls that were put through, with the hunts that the log knew then and until when the next one is waited for
        self._begun: dict[CallId, tuple[int, float]] = {}

    # -- to look at

    async def list(self, wanted: CascadeQuery) -> Sequence[CascadeView]:
        """Newest first."""
        async with self._database.reading() as tx:
            found = await tx.cascades.list(
                agency=wanted.agency,
                call=wanted.call,
                state=wanted.state,
                outcome=wanted.outcome,
                under_way=wanted.under_way,
                since=wanted.since,
                until=wanted.until,
                limit=wanted.limit,
            )
        return [self._view(one) for one in found]

    async def pick_ups(self, since: datetime, until: datetime) -> Sequence[PickUp]:
        """By agency."""
        async with self._database.reading() as tx:
            return await tx.cascades.pick_ups(since, until)

    def _view(self, kept: KeptCascade) -> CascadeView:
        row = kept.row
        return CascadeView(
            call=row.call_id,
            steps=tuple(self._step(step) for step in kept.steps),
            version=kept.version,
            **{name: getattr(row, name) for name in _SHOWN},
        )

    def _step(self, step: StepRow) -> StepView:
        contact = self._directory.now.contacts.get(step.contact)
        shown = {field.name: getattr(step, field.name) for field in fields(StepView) if field.name != "name"}
        return StepView(name=contact.name if contact else "", **shown)

    # -- to do

    async def begin(self, wanted: CascadeBody, *, by: str) -> Begun:
        """Put a citizen through who talks with an agent."""
        call = self._living(wanted.call)
        if _going_on(call) or self._just_begun(call):
            raise Refused("this citizen is being put through already; take her back first", error_id="cascade-running")
        agent = _talking(call)
        now = asyncio.get_running_loop().time()
        self._begun = {one: kept for one, kept in self._begun.items() if kept[1] > now}
        self._begun[call.id] = (len(call.cascades), now + BEGUN_SECONDS)
        try:
            return await self._put_through(call, agent, wanted, by)
        except HotlineError:
            del self._begun[call.id]
            raise

    def _just_begun(self, call: Call) -> bool:
        """Asked for already, and the log has not heard of it: a second hunt would end the first one."""
        known, until = self._begun.get(call.id, (-1, 0.0))
        return len(call.cascades) == known and asyncio.get_running_loop().time() < until

    async def _put_through(self, call: Call, agent: Leg, wanted: CascadeBody, by: str) -> Begun:
        await check_put_through(self._actions, called_back=call.direction is Direction.OUT)
        category = wanted.category or call.category
        known = category if category in self._directory.now.categories else ""
        if wanted.category and not known:
            raise NotFound(f"there is no category {wanted.category!r}; choose one", error_id="category-unknown")
        written = ("name", "phone", "email", "address", "area", "kind", "requester")
        given = {name: getattr(wanted, name) for name in written}
        reporter = Reporter(**given, urgent=wanted.urgency is Urgency.URGENT)
        plan = await self._cascades.planned(call.id, wanted.agency, known, wanted.note, reporter)
        names = {one.channel: one.name for one in await self._actions.channels()}
        citizen = _named(names, call.citizen)
        told = {"HL_ANSWER": plan, "HL_LINE": agent.party}
        told["HL_AGENT"] = _named(names, agent.channel) if wanted.introduce else ""
        for name, value in told.items():
            await self._actions.setvar(name, value, channel=citizen)
        log.info("call %s: %s puts it through (%s)", call.id, by, "introduced" if wanted.introduce else "at once")
        if wanted.introduce:
            await self._actions.redirect(
                citizen,
                "hl1022-cascade",
                "given",
                extra=told["HL_AGENT"],
                extra_context="hl1022-introducer",
            )
        else:
            await self._actions.redirect(citizen, "hl1022-cascade", "given")
        _, agency, category, ticket, code, *_ = plan.split("~")
        return Begun(call=call.id, agency=agency, category=category, ticket=ticket, code=code)

    async def take_back(self, call: str, *, by: str) -> None:
        """The citizen goes back to the agent; who is being called is hung up. Asked twice at once it is done once."""
        going = self._running(call)
        citizen = going.citizen
        if going.state is State.TALKING:
            raise Refused("somebody at the agency has the citizen; ask them to press #0", error_id="citizen-taken")
        hunt = (going.call, going.hunt)
        if hunt in self._taken_back:
            return
        self._taken_back = {one for one in self._taken_back if self._is_running(one)} | {hunt}
        try:
            names = {one.channel: one.name for one in await self._actions.channels()}
            log.info("call %s: %s takes it back", call, by)
            await self._actions.redirect(_named(names, citizen), "hl1022-back", "taken")
        except HotlineError:
            self._taken_back.discard(hunt)
            raise

    async def connect(self, call: str, *, by: str) -> None:
        """The agent leaves the room of the introduction, which connects."""
        going = self._running(call)
        if going.state is not State.INTRODUCING:
            raise Refused("nobody is being introduced in this call", error_id="nobody-introduced")
        agent = next(
            (
                leg
                for leg in reversed(self._living(call).legs.values())
                if leg.kind is LegKind.AGENT and leg.answered_at is not None and leg.ended_at is None
            ),
            None,
        )
        if agent is None:
            raise Refused("the agent has left already", error_id="nobody-introduced")
        log.info("call %s: %s connects", call, by)
        await self._actions.hangup(agent.channel)

    def _living(self, call: str) -> Call:
        found = self._call_log.call(CallId(ChannelId(call)))
        if found is None or found.ended_at is not None:
            raise NotFound(f"no call {call} goes on; look in /api/calls", error_id="call-unknown")
        return found

    def _is_running(self, hunt: tuple[CallId, int]) -> bool:
        call, number = hunt
        found = self._call_log.call(call)
        going = None if found is None else _going_on(found)
        return going is not None and going.hunt == number

    def _running(self, call: str) -> Cascade:
        going = _going_on(self._living(call))
        if going is None:
            raise Refused("this citizen is not being put through; look in /api/cascades", error_id="cascade-none")
        return going


#: what a view has as the row has it
_SHOWN = tuple(field.name for field in fields(CascadeView) if field.name not in {"call", "steps", "version"})


def _going_on(call: Call) -> Cascade | None:
    return next((one for one in reversed(call.cascades) if one.state is not State.ENDED), None)


def _talking(call: Call) -> Leg:
    for leg in call.legs.values():
        if leg.kind is LegKind.AGENT and leg.with_citizen:
            return leg
    raise Refused(
        "the citizen talks with no agent; only a citizen who does can be put through", error_id="call-not-talking"
    )


def _named(names: dict[ChannelId, str], channel: ChannelId) -> str:
    if channel not in names:
        raise NotFound("the telephone has been hung up just now", error_id="call-unknown")
    return names[channel]
