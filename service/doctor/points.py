"""`hotline1022 doctor`: what is missing or wrong on this machine, and the cure, a line a point. Changes nothing."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial

import click

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.service.asterisk.engine_find import find_engine
from hotline1022.service.doctor import machine, net
from hotline1022.service.doctor.call import CALLS, prove
from hotline1022.service.doctor.ear import Heard
from hotline1022.service.doctor.evidence import nights
from hotline1022.service.doctor.keys import keys
from hotline1022.service.doctor.note import Note
from hotline1022.service.settings.tree import Settings

Point = Callable[[Settings], Awaitable[str]]

#: in this order
POINTS: tuple[Point, ...] = (
    machine.python, machine.asterisk, machine.espeak, machine.ffmpeg, machine.menu, machine.data, machine.secrets, keys, machine.database, nights,
    net.ports, net.answers, net.exposure, machine.zone, machine.clock,
)  # fmt: skip


async def examine(settings: Settings, *, call: bool = False) -> bool:
    """Print one line a point; True when nothing is wrong. `call`: prove the recording too, which takes 15 s."""
    points = tuple(partial(machine.asterisk, proved=True) if call and p is machine.asterisk else p for p in POINTS)
    well = [await _say(point(settings)) for point in points]
    if call:
        well += await _call(settings)
    return all(well)


async def _say(point: Awaitable[str]) -> bool:
    try:
        text, word = await point, "ok   "
    except Note as note:
        text, word = str(note), "note "
    except HotlineError as error:
        text, word = str(error), "WRONG"
    except OSError as error:
        text = f"{error.filename or 'the system'}: {error.strerror or error}; run doctor as the service's user, or give it the right"
        word = "WRONG"
    click.echo(f"{word}  {' '.join(text.split())}")
    return word != "WRONG"


async def _call(settings: Settings) -> list[bool]:
    heard: list[Heard] = []

    async def own() -> str:
        engine = await asyncio.to_thread(find_engine, settings.asterisk.binary)
        begun = time.monotonic()
        heard.append(await prove(settings, engine, _progress()))
        return own_tracks(heard[0], time.monotonic() - begun)

    async def callers() -> str:
        return heard_track(heard[0])

    well = [await _say(own())]
    return [*well, await _say(callers())] if heard else well


def own_tracks(heard: Heard, seconds: float) -> str:
    """What the calls say of each person's own track."""
    if heard.holes:
        more = f" and {len(heard.holes) - 5} more" if len(heard.holes) > 5 else ""
        raise Unavailable(
            f"recording: {len(heard.holes)} of {heard.tracks} people's own tracks (r) are not complete: "
            f"{'; '.join(heard.holes[:5])}{more}. Try again on an idle machine; if it stays, do not take calls with this "
            f"Asterisk: {machine.INSTEAD}",
            error_id="recording-incomplete",
        )
    return (
        f"recording: {heard.calls} calls to itself in {seconds:.0f} s, each of {heard.tracks} people is complete on the "
        f"own track (r)"
    )


def heard_track(heard: Heard) -> str:
    """What the calls say of the caller's t track: whether this build has the defect."""
    if heard.lost:
        raise Note(
            f"recording: this build has the defect: what the caller heard (t) lost {heard.lost} of {heard.people} people "
            f"who talked after each other. The product's tracks are complete all the same; {machine.INSTEAD}"
        )
    return f"recording: what the caller heard (t) has all {heard.people} people: this build does not have the defect"


def _progress() -> Callable[[float], None]:
    """On a terminal a line that changes, elsewhere one line; on stderr, as the answer is on stdout."""
    if not sys.stderr.isatty():
        click.echo(f"  Asterisk calls itself, {CALLS} calls at once; this takes about 15 s ...", err=True)
        return lambda done: None

    def show(done: float) -> None:
        text = f"\r  Asterisk calls itself, {CALLS} calls at once: {done:4.0%}"
        click.echo("\r\x1b[K" if done >= 1 else text, nl=False, err=True)

    return show
