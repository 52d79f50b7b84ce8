"""`scripts/run --demo`: the hotline, a test telephone network around it, and nine citizens who call. Real SIP and RTP.

Everything runs on this machine and in a folder of its own (data/demo). The network is a second Asterisk: citizens, three
phones that register and log in, and the number 115. Nothing in the product knows that it is a test.
"""

import asyncio
import json
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import click

from hotline1022.core.errors import ConfigError
from hotline1022.core.ids import PersonId
from hotline1022.core.masking import mask
from hotline1022.db.unit import Database
from hotline1022.queue.types import Person
from hotline1022.service.asked import Asked
from hotline1022.service.cli_base import finished, set_up_log, settings_of, speaking
from hotline1022.service.lock import locked
from hotline1022.service.pins import hash_pin
from hotline1022.service.prepare import Prepared
from hotline1022.service.run import check_ports, check_rtp, prepared_unless_stopped, where
from hotline1022.service.settings import Settings
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
#: times that let everything happen within a minute
SHORT = {
    "HOTLINE1022_QUEUE_RING_SECONDS": "8",
    "HOTLINE1022_QUEUE_WRAP_UP_SECONDS": "2",
    "HOTLINE1022_QUEUE_ANNOUNCE_SECONDS": "15",
}
#: ports of the network's own audio
RTP_BLOCK = 200

#: when, fate, number, script. The first says nothing for a minute; the next three take the three agents: others wait
CITIZENS: Sequence[tuple[float, str, str, list[Step]]] = (
    (0.0, "silent", "0901000006", [STAY]),
    (0.0, "answered", "0901000001", [Wait(3), Key("2"), Wait(8), Speak(6), STAY]),
    (0.5, "wrong keys, then an agent", "0901000005", [Wait(7), Key("*"), Wait(4), Key("0"), STAY]),
    (1.0, "answered", "0901000009", [Wait(3), Key("3"), STAY]),
    (2.0, "115 from the menu", "0901000007", [Wait(4), Key("9"), STAY]),
    (12.0, "waited, then answered", "0901000002", [Wait(3), Key("5"), STAY]),
    (13.0, "abandoned", "0901000003", [Wait(3), Key("4"), Wait(16), HangUp()]),
    (14.0, "voicemail", "0901000004", [Wait(3), Key("7"), Wait(12), Speak(5), Key("#"), STAY]),
    (15.0, "115 from the queue", "0901000008", [Wait(3), Key("0"), Wait(15), Key("9"), STAY]),
)


def demo_settings(config: str | None, bind: str | None) -> Settings:
    """The settings of the demo: short times, and a folder and a database beside the real ones. Variables go before."""
    real = settings_of(config, HOTLINE1022_ASTERISK_BIND=bind)
    data = real.paths.data
    if "HOTLINE1022_PATHS_DATA" not in os.environ:
        data = data / "demo"
    if real.database.url:
        raise ConfigError("the demo would write into the real database; play it without database.url")
    short = {name: value for name, value in SHORT.items() if name not in os.environ}
    return settings_of(config, HOTLINE1022_PATHS_DATA=str(data), **short)


class Board:
    """Shows calls on the terminal as the product's own API tells them."""

    def __init__(self, http: aiohttp.ClientSession, fates: dict[str, str], names: dict[str, str]) -> None:
        self._http, self._fates, self._names = http, fates, names
        self._since = datetime.now(UTC)
        self._shown: dict[str, int] = {}
        self.ended: set[str] = set()
        self._news = asyncio.Condition()

    async def watch(self) -> None:
        """Print each new thing that happens, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(0.3)

    async def all_ended(self, count: int) -> None:
        """Until so many calls have ended."""
        async with asyncio.timeout(60):
            async with self._news:
                await self._news.wait_for(lambda: len(self.ended) >= count)

    async def look(self) -> None:
        """One look at every call."""
        for call in await self._calls():
            if call["id"] in self.ended:
                continue
            detail = await self._get(f"/api/calls/{call['id']}")
            for event in detail["events"][self._shown.get(call["id"], 0) :]:
                text = self._say(call["id"], event)
                if text:
                    click.echo(f"  {event['at'][11:19]}  {mask(call['caller_raw'])}  {text}")
            self._shown[call["id"]] = len(detail["events"])
            if call["state"] == "ended":
                async with self._news:
                    self.ended.add(call["id"])
                    self._news.notify_all()

    def _say(self, call: str, event: dict[str, Any]) -> str:
        data = event["data"]
        match event["kind"]:
            case "CallEntered":
                return f"calls {data['did']}"
            case "KeyPressed":
                return f"presses {data['key']}" if data["key"] else "says nothing"
            case "QueueJoined":
                return "waits for an agent"
            case "LegStarted":
                return f"{data['kind']} {data['party']} rings"
            case "PersonKnown":
                return f"{self._names.get(str(data['person']), data['person'])} answers"
            case "EmergencyStarted":
                return f"asks for 115 from the {data['origin']}"
            case "VoicemailStarted":
                return "begins to leave a message"
            case "LegEnded":
                return "the call has ended" if event["channel"] == call else ""
            case _:
                return ""

    async def table(self, recordings: Path) -> str:
        """All calls in one table, with the place of each recording."""
        head = f"  {'fate':<26} {'caller':<11} {'keys':<5} {'waited':>7} {'talked':>7}  {'result':<34} who"
        lines = ["", head]
        for call in await self._calls():
            detail = await self._get(f"/api/calls/{call['id']}")
            keys = "".join(e["data"]["key"] or "-" for e in detail["events"] if e["kind"] == "KeyPressed")
            who = self._names.get(call["person"]) or ("115" if call["result"] == "emergency" else "-")
            lines.append(
                f"  {self._fates.get(call['caller_raw'], ''):<26} {call['caller_raw']:<11} {keys:<5} "
                f"{(call['wait_ms'] or 0) / 1000:6.1f}s {(call['talk_ms'] or 0) / 1000:6.1f}s  "
                f"{call['result'] + ' (' + call['reason'] + ')':<34} {who}"
            )
            day = call["entered_at"][:10].replace("-", "/")
            lines.append(f"  {'':<26} {len(detail['tracks'])} tracks in {recordings / day / call['id']}")
        return "\n".join(lines)

    async def _calls(self) -> list[dict[str, Any]]:
        """This play's calls, oldest first; the data folder keeps those of earlier ones."""
        listed = (await self._get("/api/calls?limit=50"))["calls"]
        return [call for call in reversed(listed) if datetime.fromisoformat(call["entered_at"]) >= self._since]

    async def _get(self, path: str) -> dict[str, Any]:
        async with self._http.get(path) as answer:
            return json.loads(await answer.text())  # type: ignore[no-any-return]


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
    names = {person: name for person, name, _ in PEOPLE.values()}
    async with aiohttp.ClientSession(
        f"http://{service.http_address}:{service.http_port}", headers={"Authorization": f"Bearer {token}"}
    ) as http:
        board = Board(http, {number: fate for _, fate, number, _ in CITIZENS}, names)
        click.echo(f"\n{len(CITIZENS)} citizens call (live, from the product's own API), one while the staff logs in:")
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(board.watch())
            group.create_task(citizen(net, *CITIZENS[0]))
            async with Database(prepared.settings.database_url) as database:
                await staff(database, net)
            others = [group.create_task(citizen(net, *one)) for one in CITIZENS[1:]]
            await asyncio.wait(others)
            for line in PEOPLE:  # nobody else waits: her agent need not talk as long
                await net.phone(line).does(Answers(after=2, talk=5))
            await board.all_ended(len(CITIZENS))
            watching.cancel()
        await asyncio.sleep(1.0)
        click.echo(await board.table(prepared.settings.paths.recordings))


async def citizen(net: PhoneNetwork, delay: float, fate: str, number: str, script: list[Step]) -> Leg:
    """One citizen's call from beginning to end."""
    await asyncio.sleep(delay)
    leg = await net.call("1022", caller=number, script=script)
    return await leg.ended(200)


async def demo(settings: Settings, config: str | None, *, stay: bool) -> None:
    """Start everything, play, and stay for a look unless told otherwise."""
    asked = Asked()
    asked.listen()
    with locked(settings.paths.data / "run.lock", "1022"):
        check_ports(settings)
        share_prompts(settings)
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
    """Cancelled if it still runs, and gone; its own error is told by whoever awaits it for its result."""
    task.cancel()
    await asyncio.wait({task})


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
    """The hotline with a test telephone network and nine citizens who call."""
    settings = demo_settings(config, bind)
    set_up_log(os.environ.get("HOTLINE1022_LOG_LEVEL", "warning"))
    finished(demo(settings, config, stay=not leave))


if __name__ == "__main__":
    main()
