"""Who is told of alarms away from the desk, as an admin decides it: added, changed, tried, ended. Refuses who cannot be reached, who would be
told of nothing, and to write over what somebody else changed meanwhile.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from secrets import token_hex

from hotline1022.core.acting import acting
from hotline1022.core.errors import Invalid, Refused
from hotline1022.core.mail_address import is_mail_address
from hotline1022.core.masking import mask_recipient
from hotline1022.core.texts import one_form
from hotline1022.core.watching import Telling, Watcher
from hotline1022.db.unit import Database, Work
from hotline1022.notify import sms
from hotline1022.notify.audience import AlarmEvent
from hotline1022.notify.templates import Templates
from hotline1022.notify.types import Channel, Message
from hotline1022.service.notify.alarm_messages import key_of, trial_key, trial_messages
from hotline1022.service.notify.gateway_desk import check_tries
from hotline1022.service.notify.template_book import in_force
from hotline1022.web.watching_port import Told, Wanted, WatcherSeen, WayTold

#: characters of a name, and people who are told at most: each alarm is a message to each of them
NAME_MOST, MOST = 80, 50


class WatcherDesk:
    """web.watching_port.WatchPort."""

    def __init__(self, database: Database, files: Templates, clock: Callable[[], datetime]) -> None:
        self._database, self._files, self._clock = database, files, clock

    async def list(self) -> Sequence[WatcherSeen]:
        """By name."""
        async with self._database.reading() as tx:
            return await _seen(tx, await tx.watchers.all())

    async def get(self, id: str) -> WatcherSeen:
        """One."""
        async with self._database.reading() as tx:
            return (await _seen(tx, [await tx.watchers.get(id)]))[0]

    async def add(self, wanted: Wanted, *, by: str) -> Watcher:
        """A new one."""
        at = self._clock()
        async with self._database.transaction() as tx:
            given = await _checked(tx, wanted)
            if len(await tx.watchers.all()) >= MOST:
                text = f"{MOST} people are told of alarms; take one out first"
                raise Refused(text, error_id="watchers-many")
            made = Watcher(
                id=token_hex(8),
                name=given.name,
                account=given.account,
                sms=given.sms,
                email=given.email,
                least=given.least,
                kinds=given.kinds,
                ends=given.ends,
                since=at,
                by=by,
                at=at,
            )
            await tx.watchers.add(made)
            _tell(None, made)
        return made

    async def change(self, id: str, wanted: Wanted, *, seen: int, by: str) -> Watcher:
        """What the form says. Who is to be told of more is not told of what rang before."""
        at = self._clock()
        async with self._database.transaction() as tx:
            before = await tx.watchers.get(id)
            given = await _checked(tx, wanted)
            same = (given.least, given.kinds) == (before.least, before.kinds)
            after = replace(
                before,
                name=given.name,
                account=given.account,
                sms=given.sms,
                email=given.email,
                least=given.least,
                kinds=given.kinds,
                ends=given.ends,
                since=before.since if same else at,
                by=by,
                at=at,
                version=seen + 1,
            )
            await tx.watchers.change(after, seen)
            _tell(before, after)
        return after

    async def end(self, id: str, *, by: str) -> None:
        """Told no more, whatever version was seen."""
        at = self._clock()
        async with self._database.transaction() as tx:
            before = await tx.watchers.get(id)
            after = replace(before, ended_at=at, by=by, at=at, version=before.version + 1)
            await tx.watchers.change(after, before.version)
            _tell(before, after)

    async def trial(self, id: str) -> None:
        """One message by each way; they count as tries of the gateways."""
        at = self._clock()
        async with self._database.transaction() as tx:
            one = await tx.watchers.get(id)
            await check_tries(tx, at)
            tried = replace(one, tried=token_hex(6), version=one.version)
            await tx.watchers.change(tried, one.version)
            templates = await in_force(tx, self._files)
            await tx.outbox.put(trial_messages(one, tried.tried, templates, at))
            if (act := acting()) is not None:
                act.subject = _subject(one)

    async def told(self, alarms: Collection[str]) -> Mapping[str, Sequence[Told]]:
        """How each telling went: its messages are those of the alarm that they name."""
        async with self._database.reading() as tx:
            tellings = await tx.watchers.of_alarms(alarms)
            names = await tx.watchers.names({one.watcher for one in tellings})
            keys = [key for one in tellings for key in _keys(one)]
            messages = await tx.outbox.by_keys(keys)
        found: dict[str, list[Told]] = {}
        for one in sorted(tellings, key=lambda each: names[each.watcher].name):
            ways = _ways(messages.get(key) for key in _keys(one))
            found.setdefault(one.alarm, []).append(Told(name=names[one.watcher].name, state=one.state, ways=ways))
        return found


async def _seen(tx: Work, people: Sequence[Watcher]) -> Sequence[WatcherSeen]:
    tried = {one.id: [trial_key(one.id, one.tried, way) for way in Channel] for one in people if one.tried}
    messages = await tx.outbox.by_keys([key for keys in tried.values() for key in keys])
    active = {user.id for user in await tx.accounts.users() if user.active}
    return [
        WatcherSeen(
            watcher=one,
            tries=_ways(messages.get(key) for key in tried.get(one.id, ())),
            shut=bool(one.account) and one.account not in active,
        )
        for one in people
    ]


def _keys(one: Telling) -> list[str]:
    return [key_of(one.lead, one.watcher, AlarmEvent.RANG, way) for way in Channel] if one.lead else []


def _ways(messages: Iterable[Message | None]) -> tuple[WayTold, ...]:
    return tuple(
        WayTold(channel=one.channel, state=one.state, at=one.created_at, ready_at=one.ready_at, error_id=one.error_id)
        for one in messages
        if one is not None
    )


async def _checked(tx: Work, wanted: Wanted) -> Wanted:
    """As it is kept: numbers in E.164, names in one form."""
    name = " ".join(one_form(wanted.name).split())
    if wanted.account:
        user = await tx.accounts.user(wanted.account)
        name = name or user.name
    if not 0 < len(name) <= NAME_MOST:
        raise Invalid(f"somebody who is told needs a name of 1 to {NAME_MOST} characters", error_id="watcher-name")
    number, email = wanted.sms.strip(), wanted.email.strip()
    mobile = sms.mobile(number) if number else ""
    if number and not mobile:
        raise Invalid(f"{number!r} is no mobile number; write it as 0901234567", error_id="number-invalid")
    if email and not is_mail_address(email):
        raise Invalid(f"{email!r} is no address of email; write it as ten@coquan.gov.vn", error_id="email-invalid")
    if not mobile and not email:
        raise Invalid("write a mobile number, an address of email, or both", error_id="watcher-unreachable")
    if wanted.least is None and not wanted.kinds:
        raise Invalid("choose how urgent, or which alarms", error_id="watcher-nothing")
    return replace(wanted, name=name, sms=mobile, email=email)


def _subject(one: Watcher) -> str:
    return f"alarm-watcher:{one.id}"


def _tell(before: Watcher | None, after: Watcher) -> None:
    """The entry of the audit says who, and what became of it; numbers and addresses as far as one recognises them."""
    if (act := acting()) is None:
        return
    act.subject = _subject(after)
    act.detail = {**act.detail, "before": _said(before), "after": _said(after)}


def _said(one: Watcher | None) -> object:
    if one is None or one.ended_at is not None:
        return None
    return {
        "name": one.name,
        "account": one.account,
        "sms": mask_recipient(one.sms) if one.sms else "",
        "email": mask_recipient(one.email) if one.email else "",
        "least": one.least.value if one.least else "",
        "kinds": sorted(one.kinds),
        "ends": one.ends,
    }
