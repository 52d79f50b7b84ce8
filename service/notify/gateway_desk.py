"""The gateways as people see and try them: settings without secrets, how each stands, what waits, what went and what failed. Refuses
more than a few tries: each costs money, and rings somebody's phone.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

from hotline1022.core.clock import utc_now
from hotline1022.core.errors import NotFound
from hotline1022.db.unit import Database, Work
from hotline1022.notify.trial import trial
from hotline1022.notify.types import TEST, Channel, Message, MessageState
from hotline1022.service.notify.outbox_worker import Standing
from hotline1022.service.settings.notify import Notify
from hotline1022.web.errors import TooMany
from hotline1022.web.gateways_wire import GatewayEvent, GatewayState, GatewayTest, GatewayView

if TYPE_CHECKING:
    from hotline1022.service.app import App

#: tries of everybody together, in this time
TESTS, SPAN = 5, timedelta(minutes=10)
#: last successes and failures that are told
LAST = 5
_FOLDER = "folder"
_GOING = frozenset({MessageState.NEW, MessageState.LEASED, MessageState.SENDING})


class GatewayDesk:
    """web.gateways_port.GatewaysPort."""

    def __init__(
        self,
        database: Database,
        notify: Notify,
        standings: Callable[[], Mapping[Channel, Standing]],
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._notify, self._standings, self._clock = database, notify, standings, clock

    async def list(self) -> Sequence[GatewayView]:
        """How each stands."""
        standings = self._standings()
        async with self._database.reading() as tx:
            queued = await tx.outbox.queued()
            return [await self._view(tx, channel, standings[channel], queued) for channel in Channel]

    async def test(self, channel: Channel, to: str) -> GatewayTest:
        """One message, to be sent now."""
        at = self._clock()
        new = trial(channel, to, at, token_hex(8))
        async with self._database.transaction() as tx:
            await check_tries(tx, at)
            await tx.outbox.put([new])
            made = next(one for one in await tx.outbox.tests_since(at) if one.key == new.key)
        return self._tested(made)

    async def tested(self, message: str) -> GatewayTest:
        """What became of it."""
        async with self._database.reading() as tx:
            try:
                found = await tx.outbox.get(message)
            except NotFound as error:
                raise _unknown() from error
        if found.template != TEST:  # what others were told is no business of whoever tries a gateway
            raise _unknown()
        return self._tested(found)

    async def _view(
        self,
        tx: Work,
        channel: Channel,
        standing: Standing,
        queued: Mapping[tuple[Channel, MessageState], int],
    ) -> GatewayView:
        def count(*states: MessageState) -> int:
            return sum(queued.get((channel, state), 0) for state in states)

        server, encrypted, sender, account, secret = self._set(channel)
        now = self._clock()
        left_alone = standing.until if standing.until is not None and standing.until > now else None
        return GatewayView(
            channel=channel,
            gateway=standing.gateway,
            state=_state(standing, left_alone),
            since=standing.away_since,
            until=left_alone,
            error_id=standing.error_id if standing.away_since or left_alone else "",
            server=server,
            encrypted=encrypted,
            from_name=sender,
            has_account=account,
            has_secret=secret,
            per_minute=standing.per_minute,
            per_number=standing.per_number,
            price=standing.price,
            waiting=count(MessageState.NEW),
            waiting_since=await tx.outbox.oldest_waiting(channel),
            sending=count(MessageState.LEASED, MessageState.SENDING),
            failed=count(MessageState.FAILED),
            unknown=count(MessageState.UNKNOWN),
            taken=tuple(self._event(one, one.sent_at) for one in await tx.outbox.last_sent(channel, LAST)),
            bad=tuple(self._event(one, one.ended_at) for one in await tx.outbox.last_bad(channel, LAST)),
        )

    def _set(self, channel: Channel) -> tuple[str, bool, str, bool, bool]:
        """Server, whether it is encrypted, who people see, whether there is an account, and a secret."""
        notify = self._notify
        if channel is Channel.EMAIL:
            server = f"{notify.mail_host}:{notify.mail_port}" if notify.mail_host else ""
            encrypted = bool(server) and notify.mail_tls != "none"
            return server, encrypted, notify.mail_from, bool(notify.mail_username), bool(notify.mail_secret)
        smpp = notify.sms_gateway == "smpp"
        server = f"{notify.sms_host}:{notify.sms_port}" if smpp else ""
        encrypted = notify.sms_tls if smpp else notify.sms_gateway != _FOLDER
        return server, encrypted, notify.sms_sender, bool(notify.sms_account), bool(notify.sms_secret)

    def _event(self, one: Message, at: datetime | None) -> GatewayEvent:
        return GatewayEvent(
            at=at or one.begun_at or one.created_at,
            template=one.template,
            state=one.state,
            error_id=one.error_id,
            error=self._without_secrets(one.error),
        )

    def _tested(self, one: Message) -> GatewayTest:
        return GatewayTest(
            id=one.id,
            channel=one.channel,
            recipient=one.recipient,
            state=one.state,
            over=one.state not in _GOING,
            gateway=one.gateway,
            tries=one.tries,
            created_at=one.created_at,
            sent_at=one.sent_at,
            error_id=one.error_id,
            error=self._without_secrets(one.error),
        )

    def _without_secrets(self, text: str) -> str:
        """What a gateway says of a refused account may repeat it."""
        notify = self._notify
        for one in (notify.sms_secret, notify.mail_secret, notify.sms_account, notify.mail_username):
            if len(one) > 2:
                text = text.replace(one, "…")
        return text


async def check_tries(tx: Work, at: datetime) -> None:
    """TooMany `gateway-tests-many`: of everybody together, trial alarms too."""
    lately = await tx.outbox.tests_since(at - SPAN)
    if len(lately) < TESTS:
        return
    error = TooMany(
        f"{TESTS} messages have tried the gateways in the last ten minutes; wait, then try again",
        (lately[-TESTS].created_at + SPAN - at).total_seconds(),
    )
    error.error_id = "gateway-tests-many"
    raise error


def gateways_of(app: "App") -> GatewayDesk:
    """Over the parts of the running service."""
    return GatewayDesk(app.database, app.settings.notify, app.outbox.standings, utc_now)


def _state(standing: Standing, left_alone: datetime | None) -> GatewayState:
    if standing.away_since is not None:
        return GatewayState.AWAY
    if left_alone is not None:
        return GatewayState.SLOWED
    return GatewayState.FOLDER if standing.gateway == _FOLDER else GatewayState.READY


def _unknown() -> NotFound:
    return NotFound("there is no such message that tried a gateway; try it again", error_id="gateway-test-unknown")
