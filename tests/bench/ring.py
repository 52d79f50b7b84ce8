"""From the INVITE at an agent's telephone to the whole card on the agent's screen, ring after ring: two real Asterisks, the service with a
past, a real Chromium. Exit code 1 when the middle one takes longer than the bound. Refuses a machine on which other things run: there
it says what it measured, and that it means nothing.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

import click

from tests.asterisk.world import STAY
from tests.browser import story_world as w
from tests.browser.story_pages import DESK, WATCH, Seat, on_duty, sign_in, sit
from tests.browser.story_world import House, story_house
from tests.browser.test_story import RINGS as HUNT
from tests.lab.browser import running_browser
from tests.lab.network import Answers, Key, Wait

BOUND_MS = 300.0
#: of a machine on which nothing else runs, before the measurement begins
FREE_LOAD = 1.0


async def one_ring(house: House, seat: Seat) -> tuple[float, float]:
    """ms until the number, and until card, form and transfer are there; she hangs up then."""
    net = house.world.net
    await seat.tab.run(WATCH.replace("NUMBER", json.dumps(w.CITIZEN)))
    ringing = asyncio.create_task(net.phone("101").rings(60))
    citizen = await net.call("1022", caller=w.CITIZEN, script=[Wait(1), Key(w.KEY), STAY])
    agent = await ringing
    await seat.sees("window.shown > 0")
    number, whole = [
        float(await seat.tab.run(f"window.{name}")) - agent.started_at * 1000 for name in ("rang", "shown")
    ]
    await citizen.hangup()
    await agent.ended(20)
    await seat.sees("document.getElementById('call').dataset.call", "")
    await seat.sees("document.getElementById('state').dataset.state", "ready")
    return number, whole


async def measured(rings: int, bound: float | None) -> bool:
    """All of it."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="hl1022-bench-") as name:
        folder = Path(name)
        (folder / "chromium").mkdir()
        async with (
            running_browser(folder / "chromium") as browser,
            story_house(folder / "house", HUNT, past=True) as house,
        ):
            seat = await sit(browser, house, folder, DESK)
            await sign_in(seat, "lan")
            await on_duty(seat, "101", w.CITIZEN)
            await house.world.net.phone("101").does(Answers(after=60))
            took = [await one_ring(house, seat) for _ in range(rings)]
    numbers, whole = [statistics.median(some) for some in zip(*took, strict=True)]
    click.echo("| INVITE at the telephone → screen | the number | card, form, transfer |")
    click.echo("| --- | ---: | ---: |")
    click.echo(f"| middle one of {rings} rings | {numbers:.0f} ms | {whole:.0f} ms |")
    click.echo(f"| slowest | {max(one for one, _ in took):.0f} ms | {max(one for _, one in took):.0f} ms |")
    click.echo(
        f"load before: {load:.1f}" + ("" if load <= FREE_LOAD else "; other things run here, so this says little")
    )
    return bound is None or whole <= bound


@click.command()
@click.option("--rings", default=15, show_default=True, help="How many calls ring.")
@click.option("--no-bound", is_flag=True, help="Say how long it took, whatever that is.")
def main(rings: int, no_bound: bool) -> None:
    """From a ring to the whole card on the screen.

    \b
    Example: scripts/bench-ring --rings 9
    """
    sys.exit(0 if asyncio.run(measured(rings, None if no_bound else BOUND_MS)) else 1)


if __name__ == "__main__":
    main()
