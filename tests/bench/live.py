"""Two hundred browsers that listen, each a page of the desk with a session of its own, in another process than the service: how long it
takes from an event until the piece of the page that it changes has been received. Exit code 1 over the bound.

The pages do what the scripts of their own do (live_pages.py). Refuses to call a run good in which a stream ended or a piece was no page.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex, token_urlsafe

import click

from hotline1022.accounts.types import Secret, Session, Stage, User
from hotline1022.core.acting import by_the_service
from hotline1022.core.ids import PersonId
from hotline1022.db.unit import Database
from hotline1022.directory.numbers import Numbers
from hotline1022.queue.types import Person
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.service.prepare import prepare
from hotline1022.service.settings.config import load
from hotline1022.tickets.policy import load_policy
from tests.bench.live_pages import AgentPage, Measured, Page, SupervisionPage, TicketsPage
from tests.bench.live_service import LINE, PERSON
from tests.lab.ports import free_port
from tests.lab.prompts import kept_prompts
from tests.lab.seed.main import make
from tests.lab.seed.portions import Wanted as History

BOUND_MS = 300.0
HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$aGFzaA"


def say(text: str) -> None:
    """How far it is."""
    click.echo(f"{datetime.now():%H:%M:%S}  {text}", err=True)


async def people(address: str, agents: int, others: int) -> tuple[list[str], list[str]]:
    """Cookies of agents, who sit at a line, and of people who look."""
    now = datetime.now(UTC)
    async with Database(address) as database:
        with by_the_service():
            await UserAdmin(database, lambda: now).first()
            cookies: list[list[str]] = [[], []]
            async with database.transaction() as tx:
                for n in range(agents + others):
                    sits = n < agents
                    person = str(PERSON + n) if sits else ""
                    if sits:
                        someone = Person(id=PersonId(person), name=f"Người {n}", pin_hash=HASH, active=True)
                        await tx.agents.add_person(someone)
                        await tx.agents.open_session(person, str(LINE + n), now)
                    user = User(
                        id=token_hex(8), login=f"nguoi.{n}", name=f"Người {n}", person=person, created_at=now,
                        roles=frozenset({"agent" if sits else "supervisor"}),
                    )  # fmt: skip
                    await tx.accounts.add_user(user, Secret(password=HASH))
                    token = token_urlsafe(32)
                    session = Session(
                        id=token_hex(8), user=user.id, stage=Stage.FULL, made_at=now, seen_at=now,
                        ends_at=now + timedelta(hours=9), origin="127.0.0.1", browser="bench-live",
                    )  # fmt: skip
                    await tx.sessions.add(session, token)
                    cookies[not sits].append(token)
    return cookies[0], cookies[1]


@asynccontextmanager
async def service(
    folder: Path, agents: int, others: int, calls: float, seconds: float
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, list[str], list[str]]]:
    """Over a database with a past; it waits to be told to begin."""
    data, http = folder / "data", free_port("tcp")
    data.mkdir()
    (data / "prompts").symlink_to(kept_prompts())
    config = folder / "1022.toml"
    lines = json.dumps([str(LINE + n) for n in range(agents)])
    config.write_text(
        f'[paths]\ndata = "{data}"\n[service]\nhttp_port = {http}\nagi_port = {free_port("tcp")}\n'
        f"[asterisk]\nami_port = {free_port('tcp')}\n[lines]\nnumbers = {lines}\n",
        encoding="utf-8",
    )
    settings = load(config, {})
    await asyncio.to_thread(prepare, settings)
    say("a past is made: a week of calls, tickets")
    until = datetime.now(UTC).replace(second=0, microsecond=0)
    past = History(calls=3000, tickets=600, days=7, until=until, fact_days=7)
    await make(settings.database_url, past, Numbers(area_code="274"), load_policy())
    mine, theirs = await people(settings.database_url, agents, others)
    with (folder / "service.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.live_service",
            str(config), str(agents), str(calls), str(seconds), str(folder / "times.json"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=dict(os.environ),
        )  # fmt: skip
    try:
        await _line(process, "ready", folder)
        yield process, f"http://127.0.0.1:{http}", mine, theirs
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _line(process: asyncio.subprocess.Process, wanted: str, folder: Path) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(900):
        while (line := (await process.stdout.readline()).decode()) and line.strip() != wanted:
            pass
    if not line:
        raise AssertionError((folder / "service.log").read_text(encoding="utf-8")[-4000:])


def _cpu(pid: int) -> float:
    """Seconds that a process has had of a core."""
    taken = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(taken[11]) + int(taken[12])) / os.sysconf("SC_CLK_TCK")


def quantile(found: list[float], part: float) -> float:
    """The value below which this part of them is."""
    return sorted(found)[min(len(found) - 1, int(len(found) * part))]


def report(seen: Measured, told: dict[int, float], streams: int, bound: float | None) -> bool:
    """The table; whether it holds."""
    whole: dict[str, list[float]] = defaultdict(list)
    asked: dict[str, list[float]] = defaultdict(list)
    every: list[float] = []
    for what, number, _, began, there in seen.rows:
        if number not in told:
            continue
        whole[what].append((there - told[number]) * 1000)
        asked[what].append((there - max(began, told[number])) * 1000)
        if what != SupervisionPage.what:
            every.append(whole[what][-1])
    click.echo("| event → piece received | times | p50 | p99 | asked → received p99 |")
    click.echo("| --- | ---: | ---: | ---: | ---: |")
    for what in sorted(whole):
        one, question = whole[what], asked[what]
        p50, p99, answer = quantile(one, 0.5), quantile(one, 0.99), quantile(question, 0.99)
        click.echo(f"| {what} | {len(one)} | {p50:.0f} ms | {p99:.0f} ms | {answer:.0f} ms |")
    if not every:
        raise AssertionError(f"no page saw anything: {seen.broken[:3]}")
    p99 = quantile(every, 0.99)
    holds = bound is None or (p99 <= bound and not seen.broken)
    click.echo(
        f"| **all but supervision, {streams} streams, {len(told)} events** | {len(every)} | {quantile(every, 0.5):.0f} ms | {p99:.0f} ms | "
        f"{quantile([one for what, some in asked.items() if what != SupervisionPage.what for one in some], 0.99):.0f} ms |"
    )
    for fault, times in Counter(seen.broken).most_common(5):
        click.echo(f"FAILED: {fault} ({times} times)")
    if bound is not None:
        click.echo(
            f"event → piece received p99 ≤ {bound:.0f} ms: {p99:.0f} ms, {'holds' if holds else 'does not hold'}"
        )
    return holds


async def measured(agents: int, watchers: int, readers: int, calls: float, seconds: float, bound: float | None) -> bool:
    """All of it."""
    with tempfile.TemporaryDirectory(prefix="hl1022-bench-") as name:
        folder = Path(name)
        async with service(folder, agents, watchers + readers, calls, seconds) as (process, place, mine, theirs):
            seen = Measured()
            pages: list[Page] = [AgentPage(place, one, seen, str(LINE + n)) for n, one in enumerate(mine)]
            pages += [SupervisionPage(place, one, seen) for one in theirs[:watchers]]
            pages += [TicketsPage(place, one, seen) for one in theirs[watchers:]]
            say(f"{len(pages)} pages open")
            listening = []
            for page in pages:
                await page.load()
                opened = asyncio.Event()
                listening.append(asyncio.create_task(page.listen(opened)))
                await asyncio.wait_for(opened.wait(), 20)
            say(f"{calls:g} calls a minute for {seconds:g} s; load {os.getloadavg()[0]:.1f}")
            assert process.stdin is not None
            before, begun = _cpu(process.pid), time.monotonic()
            process.stdin.write(b"go\n")
            await _line(process, "told", folder)
            used = (_cpu(process.pid) - before) / (time.monotonic() - begun)
            for one in listening:
                one.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
            for page in pages:
                for one in page.asking:
                    one.cancel()
                await page.http.close()
            told = json.loads((folder / "times.json").read_text(encoding="utf-8"))
        click.echo(f"the service took {used:.2f} of a core; load of the machine at the end {os.getloadavg()[0]:.1f}")
        return report(seen, {int(number): at for number, at in told.items()}, len(pages), bound)


@click.command()
@click.option("--agents", default=60, show_default=True, help="Pages of agents, each at a line.")
@click.option("--watchers", default=20, show_default=True, help="Pages of supervision.")
@click.option("--readers", default=120, show_default=True, help="Lists of tickets.")
@click.option("--calls", default=30.0, show_default=True, help="Calls a minute.")
@click.option("--seconds", default=120.0, show_default=True, help="How long.")
@click.option("--no-bound", is_flag=True, help="Say how long it took, whatever that is.")
def main(agents: int, watchers: int, readers: int, calls: float, seconds: float, no_bound: bool) -> None:
    """From an event until what it changes is in the browsers of everybody.

    \b
    Example: scripts/bench-live --agents 20 --watchers 5 --readers 25 --seconds 30
    """
    bound = None if no_bound else BOUND_MS
    sys.exit(0 if asyncio.run(measured(agents, watchers, readers, calls, seconds, bound)) else 1)


if __name__ == "__main__":
    main()
