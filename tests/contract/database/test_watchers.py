"""People are told of alarms by SMS and email: once each, whoever looks and however often, within bounds, past a way that is what rings."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hotline1022.accounts.types import Wanted as WantedUser
from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.said import said
from hotline1022.core.watching import Severity, TellingState, Watcher
from hotline1022.db.unit import Database
from hotline1022.notify.quiet import Quiet
from hotline1022.notify.templates import load
from hotline1022.notify.types import TEST, Channel, Message, MessageState, OutboxFilter
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.service.notify.alarm_plan import PER_KIND, PER_PERSON
from hotline1022.service.notify.alarm_teller import AlarmTeller
from hotline1022.service.notify.watcher_desk import WatcherDesk
from hotline1022.web.errors import TooMany
from hotline1022.web.watching_port import Wanted

LAN = Wanted(name="Lan", sms="0901234567", email="lan@example.vn", least=Severity.IMPORTANT, ends=True)
BINH = Wanted(name="Bình", sms="0912345678", least=Severity.URGENT)
GATEWAYS = {Channel.SMS: "esms", Channel.EMAIL: "mail"}
NIGHT = datetime.fromisoformat("2026-11-24T23:30:00+07:00")


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def teller(database: Database, clock: Clock) -> AlarmTeller:
    return AlarmTeller(database, load(), Quiet(), gateways=lambda: GATEWAYS, clock=clock)


def desk(database: Database, clock: Clock) -> WatcherDesk:
    return WatcherDesk(database, load(), clock)


async def ring(database: Database, clock: Clock, kind: str, detail: str = "", call: str | None = None) -> str:
    async with database.transaction() as tx:
        return (await tx.alarms.raise_alarm(kind, detail, clock.now, call))[0].id


async def messages(database: Database) -> list[Message]:
    async with database.reading() as tx:
        return sorted(await tx.outbox.list(OutboxFilter(limit=500)), key=lambda one: (one.created_at, one.key))


def day() -> Clock:
    return Clock(datetime.fromisoformat("2026-11-24T09:00:00+07:00"))


async def test_an_alarm_is_told_once_by_each_way_and_again_when_it_is_over(database: Database) -> None:
    clock = day()
    await ring(database, clock, "disk-full", "old")
    clock.now += timedelta(seconds=1)
    for one in (LAN, BINH):
        await desk(database, clock).add(one, by="user:admin")
    alarm = await ring(database, clock, "disk-low", "0901234567 and more")
    assert await teller(database, clock).look() == 2
    clock.now += timedelta(seconds=5)
    assert await teller(database, clock).look() == 0, "another process, or the same after a restart"
    mail, sms = sorted(await messages(database), key=lambda one: one.channel)
    assert (sms.recipient, mail.recipient) == ("+84901234567", "lan@example.vn")
    assert "O dia sap day" in sms.text and "0901234567" not in sms.text + mail.text and "090****567" in mail.text
    assert "Giải phóng chỗ" in mail.text and sms.parts <= 2 and sms.contact == ""
    async with database.transaction() as tx:
        await tx.alarms.mark_seen(alarm, "Trần Văn Minh", clock.now)
    assert await teller(database, clock).look() == 2
    assert await teller(database, clock).look() == 0
    over = [one for one in await messages(database) if one.template == "watcher.over.sms"]
    assert len(over) == 1 and "da duoc Tran Van Minh xem luc" in over[0].text


async def test_two_processes_tell_once(database: Database) -> None:
    clock = day()
    await desk(database, clock).add(LAN, by="user:admin")
    for number in range(5):
        await ring(database, clock, "emergency-unanswered", "", f"hl1-1.{number}")
    counts = await asyncio.gather(*(teller(database, clock).look() for _ in range(4)))
    assert sum(counts) == 2, "five at once are one message, by SMS and by email"
    (sms,) = [one for one in await messages(database) if one.channel is Channel.SMS]
    assert "Va 4 bao dong khac" in sms.text and sms.text.startswith("KHAN:")


async def test_an_urgent_one_goes_at_night_and_another_sms_waits_for_the_morning(database: Database) -> None:
    clock = Clock(NIGHT)
    await desk(database, clock).add(LAN, by="user:admin")
    await ring(database, clock, "disk-low", "x")
    await teller(database, clock).look()
    clock.now += timedelta(minutes=1)
    await ring(database, clock, "disk-full", "x")
    await teller(database, clock).look()
    by = {one.text.startswith("KHAN"): one.ready_at for one in await messages(database) if one.channel is Channel.SMS}
    assert by[True] == clock.now and by[False] > clock.now + timedelta(hours=6)
    assert all(one.ready_at <= clock.now for one in await messages(database) if one.channel is Channel.EMAIL)


async def test_a_flapping_alarm_sends_a_bounded_number_and_then_one_for_all(database: Database) -> None:
    clock = day()
    await desk(database, clock).add(BINH, by="user:admin")
    for number in range(50):
        await ring(database, clock, "part-broken", f"part {number}")
        await teller(database, clock).look()
        clock.now += timedelta(seconds=10)
    assert len(await messages(database)) == PER_KIND
    await ring(database, clock, "disk-full", "x")
    await teller(database, clock).look()
    assert len(await messages(database)) == PER_KIND + 1, "another kind is not held, and tells of all"
    async with database.reading() as tx:
        assert not [one for one, _ in await tx.watchers.open() if one.state is TellingState.HELD]
    for number in range(50, 60):
        await ring(database, clock, "part-broken", f"part {number}")
        await teller(database, clock).look()
    before = len(await messages(database))
    clock.now += timedelta(hours=1)
    await teller(database, clock).look()
    assert len(await messages(database)) == before + 1 <= PER_PERSON
    assert "Va 9 bao dong khac" in (await messages(database))[-1].text


async def test_what_was_held_and_is_over_is_never_sent(database: Database) -> None:
    clock = day()
    await desk(database, clock).add(replace(BINH, ends=True), by="user:admin")
    alarms = []
    for number in range(PER_KIND + 2):
        alarms.append(await ring(database, clock, "part-broken", f"part {number}"))
        await teller(database, clock).look()
        clock.now += timedelta(seconds=1)
    async with database.transaction() as tx:
        for one in alarms[PER_KIND:]:
            await tx.alarms.end(one, clock.now)
    clock.now += timedelta(hours=2)
    await teller(database, clock).look()
    assert len(await messages(database)) == PER_KIND
    told = await desk(database, clock).told(alarms)
    assert [told[one][0].state for one in alarms[PER_KIND:]] == [TellingState.OVER] * 2


async def test_a_gateway_that_rings_is_passed_by_and_who_has_no_other_way_is_named(database: Database) -> None:
    clock = day()
    await desk(database, clock).add(LAN, by="user:admin")
    await desk(database, clock).add(replace(BINH, least=Severity.NOTICE), by="user:admin")
    away = await ring(
        database, clock, "gateway-away", said("alarm-said.gateway", gateway="esms", error="gateway-login")
    )
    clock.now += timedelta(seconds=1)
    dead = said("alarm-said.message", channel="sms", gateway="esms", state="failed", error="x")
    letter = await ring(database, clock, "outbox-dead-letter", dead)
    await teller(database, clock).look()
    assert {(one.channel, one.recipient) for one in await messages(database)} == {(Channel.EMAIL, "lan@example.vn")}
    told = await desk(database, clock).told([away, letter])
    assert {(one.name, one.state) for one in told[away]} == {
        ("Lan", TellingState.TOLD),
        ("Bình", TellingState.UNREACHED),
    }
    assert {one.name: one.state for one in told[letter]}["Bình"] is TellingState.UNREACHED


async def test_whose_account_is_shut_or_who_was_taken_out_is_not_told(database: Database) -> None:
    clock = day()
    users = UserAdmin(database, clock)
    await users.add(WantedUser(login="minh", name="Minh", roles=frozenset({"admin"})))
    wanted = WantedUser(login="lan", name="Lan", roles=frozenset({"agent"}))
    user = (await users.add(wanted)).user
    await desk(database, clock).add(replace(LAN, name="", account=user.id), by="user:admin")
    binh = await desk(database, clock).add(BINH, by="user:admin")
    await desk(database, clock).end(binh.id, by="user:admin")
    await ring(database, clock, "disk-full", "1")
    assert await teller(database, clock).look() == 2
    await users.change(user.id, user.version, WantedUser(active=False))
    await ring(database, clock, "disk-full", "2")
    assert await teller(database, clock).look() == 0
    (seen,) = await desk(database, clock).list()
    assert seen.shut and seen.watcher.name == "Lan"


async def test_what_is_nobody_and_what_somebody_else_changed_is_refused(database: Database) -> None:
    admin = desk(database, day())
    for wrong, error_id in (
        ({"sms": "02743822333"}, "number-invalid"),
        ({"email": "lan@"}, "email-invalid"),
        ({"sms": "", "email": ""}, "watcher-unreachable"),
        ({"least": None}, "watcher-nothing"),
        ({"name": " "}, "watcher-name"),
    ):
        with pytest.raises(Invalid) as refused:
            await admin.add(replace(LAN, **wrong), by="user:admin")
        assert refused.value.error_id == error_id
    made = await admin.add(LAN, by="user:admin")
    await admin.change(made.id, replace(LAN, name="Lan Anh"), seen=1, by="user:minh")
    with pytest.raises(Refused) as late:
        await admin.change(made.id, LAN, seen=1, by="user:admin")
    assert late.value.error_id == "watcher-changed"
    await admin.end(made.id, by="user:admin")
    with pytest.raises(NotFound):
        await admin.trial(made.id)


async def test_a_trial_goes_by_each_way_at_once_and_not_without_end(database: Database) -> None:
    clock = Clock(NIGHT)
    admin = desk(database, clock)
    made: Watcher = await admin.add(LAN, by="user:admin")
    for _ in range(3):
        await admin.trial(made.id)
    with pytest.raises(TooMany):
        await admin.trial(made.id)
    found = await messages(database)
    assert len(found) == 6 and {one.template for one in found} == {TEST}
    assert all(one.urgent and one.ready_at == clock.now for one in found)
    assert "bao dong thu" in next(one.text for one in found if one.channel is Channel.SMS)
    (seen,) = await admin.list()
    assert [one.state for one in seen.tries] == [MessageState.NEW] * 2
