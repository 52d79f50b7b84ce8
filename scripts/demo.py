"""`scripts/run --demo`: the hotline, a test telephone network around it, and eleven citizens who call. Real SIP and RTP.

Everything runs on this machine and in a folder of its own (data/demo). The network is a second Asterisk: citizens, three
phones that register and log in, the number 115, and the telephones of two agencies. Nothing in the product knows that it is a test.
"""

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial

import aiohttp
import click
import demo_transfers
from demo_board import Board
from demo_past import remember
from demo_people import sign_ins, television
from demo_transfers import TRANSFERS, transfer, write_agencies

from hotline1022.core.errors import ConfigError, HotlineError
from hotline1022.core.ids import PersonId
from hotline1022.db.unit import Database
from hotline1022.queue.types import Person
from hotline1022.service.asked import Asked
from hotline1022.service.cli.base import finished, set_up_log, settings_of, speaking
from hotline1022.service.lines.pins import hash_pin
from hotline1022.service.lock import locked
from hotline1022.service.prepare import Prepared, folders
from hotline1022.service.run import check_ports, check_rtp, prepared_unless_stopped, where
from hotline1022.service.settings.tree import Settings
from hotline1022.service.stand import Stand, service_command
from tests.lab.network import (
    Address,
    Answers,
    HangUp,
    Key,
    Leg,
    PhoneNetwork,
    Speak,
    StayUntilHangup,
    Step,
    Wait,
)
from tests.lab.ports import free_port

PEOPLE = {
    "101": ("1001", "Nguyễn Thị Lan", "2468"),
    "102": ("1002", "Trần Văn Minh", "1357"),
    "103": ("1003", "Lê Thu Hà", "8642"),
}
STAY = StayUntilHangup(180)
SCOPES = ("agent", "listen")
#: times that let everything happen within two minutes, at night too
SHORT = {
    "HOTLINE1022_QUEUE_RING_SECONDS": "8",
    "HOTLINE1022_QUEUE_WRAP_UP_SECONDS": "2",
    "HOTLINE1022_QUEUE_ANNOUNCE_SECONDS": "15",
    "HOTLINE1022_NOTIFY_QUIET_FROM": "00:00",
    "HOTLINE1022_NOTIFY_QUIET_UNTIL": "00:00",
    "HOTLINE1022_NOTIFY_SMS_PER_NUMBER": "0",
}
#: ports of the network's own audio
RTP_BLOCK = 200

#: when, fate, number, script. The first says nothing for a minute. The next two are transferred before the three come who
#: take the three agents: others wait
CITIZENS: Sequence[tuple[float, str, str, list[Step]]] = (
    (0.0, "silent", "0901000006", [STAY]),
    (0.0, "a leader takes", "0901000010", [Wait(3), Key("5"), STAY]),
    (0.5, "nobody takes: a ticket", "0901000011", [Wait(3), Key("4"), STAY]),
    (10.0, "answered", "0901000001", [Wait(3), Key("2"), Wait(8), Speak(6), STAY]),
    (10.5, "wrong keys, then an agent", "0901000005", [Wait(7), Key("*"), Wait(4), Key("0"), STAY]),
    (11.0, "answered", "0901000009", [Wait(3), Key("3"), STAY]),
    (12.0, "115 from the menu", "0901000007", [Wait(4), Key("9"), STAY]),
    (22.0, "waited, then answered", "0901000002", [Wait(3), Key("5"), STAY]),
    (23.0, "abandoned", "0901000003", [Wait(3), Key("4"), Wait(16), HangUp()]),
    (24.0, "voicemail", "0901000004", [Wait(3), Key("7"), Wait(12), Speak(5), Key("#"), STAY]),
    (25.0, "115 from the queue", "0901000008", [Wait(3), Key("0"), Wait(15), Key("9"), STAY]),
)


def demo_settings(config: str | None, bind: str | None) -> Settings:
    """The settings of the demo: short times, and a folder and a database beside the real ones. Variables go before."""
    real = settings_of(config, HOTLINE1022_ASTERISK_BIND=bind)
    data = real.paths.data
    if "HOTLINE1022_PATHS_DATA" not in os.environ:
        data = data / "demo"
    if real.database.url:
        raise ConfigError("the demo would write into the real database; play it without database.url")
    if real.notify.sms_gateway != "folder" or real.notify.mail_host:
        raise ConfigError("the demo would send real SMS and email; play it without notify.sms_gateway and mail_host")
    short = {name: value for name, value in SHORT.items() if name not in os.environ}
    return settings_of(config, HOTLINE1022_PATHS_DATA=str(data), **short)


async def staff(database: Database, net: PhoneNetwork) -> None:
    """Three people log in on their phones, as people do: *11, id, PIN."""
    people = [
        Person(id=PersonId(person), name=name, pin_hash=await hash_pin(pin), active=True)
        for person, name, pin in PEOPLE.values()
    ]
    async with database.transaction() as tx:
        for one in people:
            if await tx.agents.person(one.id) is None:
                await tx.agents.add_person(one)
            else:
                await tx.agents.change_person(one.id, name=one.name, pin_hash=one.pin_hash, active=True)
                await tx.agents.forget_pin_tries(one.id)
    await asyncio.gather(*(sits_down(net, line, *who) for line, who in PEOPLE.items()))
    await net.number("115").does(Answers(after=1, talk=8))
    await demo_transfers.set_up(net)


async def sits_down(net: PhoneNetwork, line: str, person: str, name: str, pin: str) -> None:
    """One person logs in, and answers from then on."""
    login = await net.phone(line).dial("*11", keys=f"{person}#{pin}#")
    await login.ended(40)
    await net.phone(line).does(Answers(after=2, talk=25))
    click.echo(f"  {name} has logged in at line {line}.")


async def play(prepared: Prepared, net: PhoneNetwork) -> None:
    """Log in the staff, let the citizens call, show everything."""
    await net.registered()
    click.echo("The telephone network is up; three phones are registered.")
    async with Database(prepared.settings.database_url) as database, database.transaction() as tx:
        _, token = await tx.tokens.create(f"demo {datetime.now(UTC):%F %T}", SCOPES, datetime.now(UTC))
    service = prepared.settings.service
    names = {key: name for line, (person, name, _) in PEOPLE.items() for key in (person, line)}
    async with aiohttp.ClientSession(
        f"http://{service.http_address}:{service.http_port}", headers={"Authorization": f"Bearer {token}"}
    ) as http:
        board = Board(http, {number: fate for _, fate, number, _ in CITIZENS}, names)
        click.echo(f"\n{len(CITIZENS)} citizens call (live, from the product's own API), one while the staff logs in:")
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(board.watch())
            first = group.create_task(citizen(net, *CITIZENS[0]))
            async with Database(prepared.settings.database_url) as database:
                await staff(database, net)
            transfers = [group.create_task(transfer(net, number)) for number in TRANSFERS]
            others = [group.create_task(citizen(net, *one)) for one in CITIZENS[1:]]
            await asyncio.wait([*others, *transfers])
            for line in PEOPLE:  # nobody else waits: her agent need not talk as long
                await net.phone(line).does(Answers(after=2, talk=5))
            await board.all_ended(len(CITIZENS))
            await board.all_told(len(TRANSFERS))
            watching.cancel()
        await asyncio.sleep(1.0)
        citizens = {leg.who: leg for leg in await asyncio.gather(first, *others)}
        click.echo(await board.table(prepared.settings.paths, net, citizens))
        await come_in(prepared, f"http://{service.http_address}:{service.http_port}")


async def come_in(prepared: Prepared, site: str) -> None:
    """Tell how one comes in. What goes wrong here is told, and the hotline goes on."""
    try:
        async with Database(prepared.settings.database_url) as database:
            people, screen = await sign_ins(database, prepared.secrets.accounts), await television(database)
    except HotlineError as error:
        click.echo(f"\nThe sign-ins could not be made ({error}); hotline1022 user reset NAME makes a password.")
        return
    click.echo(f"\nLook around at {site}/desk as each of them:")
    for one in people:
        click.echo(f"  {one.role:<22} {one.login:<6} {one.password}")
    click.echo("\nWho signs in at a line gives it, who it is, and a PIN:")
    for line, (person, name, pin) in PEOPLE.items():
        click.echo(f"  {line}  {person} {name:<15} PIN {pin}")
    click.echo(f"\nA television shows {site}{screen}")


async def citizen(net: PhoneNetwork, delay: float, fate: str, number: str, script: list[Step]) -> Leg:
    """One citizen's call from beginning to end."""
    await asyncio.sleep(delay)
    leg = await net.call("1022", caller=number, script=script, talk=number in TRANSFERS)
    return await leg.ended(200)


async def demo(settings: Settings, config: str | None, *, stay: bool) -> None:
    """Start everything, play, and stay for a look unless told otherwise."""
    asked = Asked()
    asked.listen()
    with locked(settings.paths.data / "run.lock", "1022"):
        check_ports(settings)
        share_prompts(settings)
        folders(settings)
        await write_agencies(settings)
        await remember(settings, click.echo)
        prepared = await prepared_unless_stopped(settings, asked)
        stand = Stand(prepared.asterisk(), service_command(config), asked, click.echo, partial(check_rtp, settings))
        async with AsyncExitStack() as stack:
            await stand.start()
            stack.push_async_callback(stand.stop)
            click.echo(where(prepared))
            rtp = free_port("udp", block=RTP_BLOCK)
            net = PhoneNetwork(
                settings.paths.data / "network",
                prepared.engine,
                product=Address(host=settings.asterisk.bind, port=settings.asterisk.sip_port),
                carrier=Address(host=settings.trunk.host, port=settings.trunk.port),
                phones={n: prepared.secrets.line(n) for n in settings.lines.numbers},
                rtp_first=rtp,
                rtp_last=rtp + RTP_BLOCK - 1,
            )
            await stack.enter_async_context(net)
            watch = asyncio.create_task(stand.run())
            # whatever happens to the play: nobody may restart what is being stopped
            stack.push_async_callback(ended, watch)
            show = asyncio.create_task(play(prepared, net))
            stack.push_async_callback(ended, show)
            await asyncio.wait({watch, show}, return_when=asyncio.FIRST_COMPLETED)
            if show.done() and not asked.stopping():
                await show
                if stay:
                    click.echo("\nThe hotline goes on; Ctrl-C stops it.")
                else:
                    asked.stop()
            await watch


async def ended(task: asyncio.Task[None]) -> None:
    """Cancelled if it still runs, and gone; its own error is told by whoever awaits it for its result.

    Who stops it awaits none: a look at a service that is just ending may fail, and nobody need hear of that.
    """
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()


def share_prompts(settings: Settings) -> None:
    """The demo's prompts are the product's: spoken once."""
    own, shared = settings.paths.prompts, settings.paths.data.parent / "prompts"
    if settings.paths.data.name == "demo" and not own.exists():
        shared.mkdir(parents=True, exist_ok=True)
        own.parent.mkdir(parents=True, exist_ok=True)
        own.symlink_to(shared)


@click.command()
@click.option("--config", default=None, type=click.Path(exists=True, dir_okay=False))
@click.option("--bind", default=None)
@click.option("--leave", is_flag=True, help="Stop when the citizens have called.")
@speaking
def main(config: str | None, bind: str | None, leave: bool) -> None:
    """The hotline with a test telephone network and eleven citizens who call."""
    os.environ.setdefault("HOTLINE1022_LOG_LEVEL", "warning")  # of the service, a child, too: the play is what is shown
    settings = demo_settings(config, bind)
    set_up_log(os.environ["HOTLINE1022_LOG_LEVEL"])
    finished(demo(settings, config, stay=not leave))


if __name__ == "__main__":
    main()
