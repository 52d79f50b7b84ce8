"""The hunt for somebody at an agency, as the service sees it: plan and ticket before it starts, ticket and messages after
its end. Refuses to stand in its way: the dialplan goes on with whatever is missing here.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from hotline1022.cascade.plan import UNKNOWN, answer
from hotline1022.cascade.types import CascadeRow, KeptCascade
from hotline1022.core.call import Call
from hotline1022.core.cascade import Outcome as CascadeOutcome
from hotline1022.core.cascade import State
from hotline1022.core.clock import utc_now
from hotline1022.core.errors import HotlineError, NotFound, Unavailable
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.said import said
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.background.set_back import SetBack
from hotline1022.service.calls.call_log import CallLog, Saved
from hotline1022.service.cascades.plan import steps_now
from hotline1022.service.directory.desk import DirectoryDesk
from hotline1022.tickets.ports import NOBODY_KNOWN, Outcome, Reporter, Reservations, Settled
from hotline1022.tickets.types import Named, Ticket

log = logging.getLogger(__name__)

#: seconds that a ticket may take to be reserved; then the hunt starts without one, and the back-fill makes it
RESERVE_SECONDS = 1.0
#: seconds after which what could not be settled is tried again, and at the latest looked for
RETRY_SECONDS, LOOK_SECONDS = 5.0, 300.0
#: seconds for which one that cannot be settled is left alone at most, and from which failure on people hear of it
LONGEST_SECONDS, ALARM_FROM = 600.0, 3
#: hunts that are read at a time
AT_ONCE = 100
#: hunts in a row for which the database did not answer: then it is the database, and the others wait
AWAY_AFTER = 3


class Cascades:
    """Give its `saved` to the call log's stored batches; `run` in the service's TaskGroup settles what has ended.

    `about`: the prompt by which a category is announced to whoever is called.
    """

    def __init__(
        self,
        *,
        database: Database,
        directory: DirectoryDesk,
        tickets: Reservations,
        call_log: CallLog,
        about: Callable[[str], str],
        bell: AlarmBell,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database, self._directory, self._tickets = database, directory, tickets
        self._call_log, self._about, self._bell, self._clock = call_log, about, bell, clock
        self._ended = asyncio.Event()
        #: hunts that could not be settled, by call and number
        self._set_back: SetBack[tuple[str, int]] = SetBack(first=RETRY_SECONDS, longest=LONGEST_SECONDS)

    # -- before

    async def ask(self, args: Sequence[str], channel: str) -> str:
        """/cascade CODE, category, line, call → OK~agency~category~ticket~code~about~steps, or NO~ for a code nobody has."""
        wanted, category, line, named = (*args, "", "", "", "")[:4]
        try:
            agency = self._directory.of_code(int(wanted))
        except (ValueError, NotFound) as error:
            log.info("line %s transfers to %s, which no agency has: %s", line, wanted, error)
            return UNKNOWN
        # the channel is hers; it names the call only where she began it
        call = self._call_log.call_of(ChannelId(channel)) or CallId(ChannelId(named or channel))
        return await self.planned(call, agency.id, category if category in self._directory.now.categories else "")

    async def planned(
        self, call: CallId, agency: str, category: str, content: str = "", reporter: Reporter = NOBODY_KNOWN
    ) -> str:
        """The answer for the dialplan, with a ticket if one could be reserved in time."""
        found = self._directory.hunt(agency=agency, category=category, at=self._clock())
        ticket = await self._reserved(call, found.agency.id, category, content, reporter)
        return answer(
            agency=found.agency.id,
            category=category,
            ticket=ticket.id if ticket else "",
            code=ticket.code if ticket else "",
            about=self._about(category),
            steps=steps_now(found),
        )

    async def _reserved(
        self, call: CallId, agency: str, category: str, content: str, reporter: Reporter
    ) -> Ticket | None:
        going_on = self._call_log.call(call)
        try:
            async with asyncio.timeout(RESERVE_SECONDS):
                return await self._tickets.reserve(
                    call,
                    agency,
                    category,
                    self._clock(),
                    phone=going_on.caller if going_on else "",
                    content=content,
                    reporter=reporter,
                    urgent=self._urgent(category),
                )
        except (HotlineError, TimeoutError) as error:
            log.error(
                "call %s: no ticket could be reserved, the hunt starts without: %s", call, error or "no time left"
            )
            return None

    # -- after

    def saved(self, saved: Saved) -> None:
        """Something was stored: when a hunt has ended with it, there is something to settle."""
        if any(_over(call) for call in saved.calls):
            self._ended.set()

    async def run(self) -> None:
        """Until cancelled: settle what has ended, now and whenever something ends."""
        wait = 0.0
        while True:
            try:
                async with asyncio.timeout(wait):
                    await self._ended.wait()
            except TimeoutError:
                pass
            self._ended.clear()
            wait = LOOK_SECONDS if await self.settle() else RETRY_SECONDS
            wait = min(wait, self._set_back.seconds(self._clock()))

    async def settle(self) -> bool:
        """What waits and is not set back; False when something could not be done now. One that fails stops no other."""
        last: CascadeRow | None = None
        left: list[tuple[str, int]] = []
        away, done = 0, True
        while True:
            try:
                async with self._database.reading() as tx:
                    waiting = await tx.cascades.unsettled(AT_ONCE, after=last)
            except HotlineError as error:
                log.warning("cascades wait to be settled: %s", error)
                return False
            for kept in waiting:
                last = kept.row
                key = (last.call_id, last.hunt)
                if self._set_back.waits(key, self._clock()):
                    left.append(key)
                    continue
                failed = await self._settled(kept)
                away = away + 1 if isinstance(failed, Unavailable) else 0
                if failed is not None:
                    left.append(key)
                    done = False
                if away == AWAY_AFTER:
                    return False
            if len(waiting) < AT_ONCE:
                self._set_back.keep(left)
                return done

    async def _settled(self, kept: KeptCascade) -> Exception | None:
        """Settle one; what stood in the way, or None. Data that nobody foresaw must not hold up the others either."""
        call, hunt = kept.row.call_id, kept.row.hunt
        try:
            await self._settle(kept)
        except (
            HotlineError,
            ArithmeticError,
            AssertionError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            times = self._set_back.failed((call, hunt), self._clock())
            why = error.error_id if isinstance(error, HotlineError) else ""
            log.error(
                "call %s: hunt %d could not be settled (%d times): %s", call, hunt, times, error, exc_info=not why
            )
            if times >= ALARM_FROM:
                await self._bell.ring(
                    "cascade-unsettled", said("alarm-said.hunt", hunt=hunt, why=why or type(error).__name__), call
                )
            return error
        return None

    async def _settle(self, kept: KeptCascade) -> None:
        """The ticket's part first, then the mark: killed in between, the ticket is told again, which changes nothing."""
        row = kept.row
        at = row.ended_at or self._clock()
        outcome = self._outcome(kept)
        # one that broke off may have been ended by the next one
        gone_on = outcome.how is Settled.DROPPED or (row.outcome is CascadeOutcome.LOST and row.taken_at is None)
        if not gone_on or not await self._used_later(kept):
            ticket = row.ticket or (await self._back_filled(kept, at)).id
            try:
                await self._tickets.settle(ticket, outcome, at)
            except NotFound as error:  # a database that was put back does not know it: the call gets another
                log.warning("call %s: %s; another one is made", row.call_id, error)
                await self._tickets.settle((await self._back_filled(kept, at)).id, outcome, at)
        async with self._database.transaction() as tx:
            await tx.cascades.settle(row.call_id, row.hunt, self._clock())

    async def _used_later(self, kept: KeptCascade) -> bool:
        """The citizen has been put through again already: her ticket is that hunt's now."""
        async with self._database.reading() as tx:
            hunts = await tx.cascades.of_call(kept.row.call_id)
        return any(one.row.hunt > kept.row.hunt and one.row.ticket == kept.row.ticket for one in hunts)

    async def _back_filled(self, kept: KeptCascade, at: datetime) -> Ticket:
        """The hunt began with the service dead: its ticket is made now."""
        row = kept.row
        async with self._database.reading() as tx:
            call = (await tx.calls.get(row.call_id)).call
        return await self._tickets.reserve(
            row.call_id,
            row.agency,
            row.category,
            at,
            phone=call.caller_e164 or call.caller_raw,
            urgent=self._urgent(row.category),
        )

    def _urgent(self, category: str) -> bool:
        found = self._directory.now.categories.get(category)
        return found is not None and found.urgent

    def _outcome(self, kept: KeptCascade) -> Outcome:
        """Who took the citizen owns the ticket. An agent who has her back goes on with her: no ticket by itself. Else it is open."""
        row = kept.row
        if row.outcome is CascadeOutcome.CONNECTED or (row.taken_at is not None and row.outcome is CascadeOutcome.LOST):
            contact = self._directory.now.contacts.get(row.taken_by)
            return Outcome(how=Settled.TAKEN, owner=Named(id=row.taken_by, name=contact.name if contact else ""))
        return Outcome(how=Settled.DROPPED if row.outcome is CascadeOutcome.TAKEN_BACK else Settled.NOBODY)


def _over(call: Call) -> bool:
    return any(one.state is State.ENDED for one in call.cascades)
