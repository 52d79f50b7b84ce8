"""What is heard while a citizen is put through, held against the sound files: she is told, then music; who is called hears about what."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.asterisk.cascade_api import Screen, screen
from tests.asterisk.cascade_sound import FULL, told
from tests.asterisk.cascade_world import Agency, agency, called, directory, set_up, talk
from tests.asterisk.world import eventually, hotline
from tests.lab import audio
from tests.lab.network import Answers, Leg, Rings

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

BUILDING, POWER = agency(747), agency(746)
#: a category that only the directory has
CATEGORY = f"""
[[categories]]
id = "cap-dien"
name = "Cấp điện"
agency = "{POWER.id}"
urgent = false
"""
PERSON = Answers(after=0.3, talk=90)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Screen]:
    everybody = directory(BUILDING, POWER) + CATEGORY
    async with hotline(tmp_path_factory.mktemp("heard"), directory=everybody, ring_seconds=20) as world:
        await world.people("101", "102")
        await world.on_duty("101", "102")
        async with screen(world) as one:
            yield one


def sound(desk: Screen, name: str) -> Path:
    """A sound of the hotline."""
    return desk.world.product.settings.paths.prompts / "sounds" / "vi" / "hl1022" / f"{name}.alaw"


def music(desk: Screen, citizen: Leg, begin: float) -> float:
    """How much of the hotline's own music is in the two seconds that she heard from then on (seconds since 1970)."""
    assert citizen.recording_at is not None
    at = round((begin - citizen.recording_at) * audio.RATE)
    heard = audio.read(citizen.heard)[at : at + 2 * audio.RATE]
    return audio.share(audio.read(desk.world.product.settings.paths.prompts / "moh" / "hl1022.alaw"), heard)


async def listens(desk: Screen, place: Agency, which: int, about: Path) -> tuple[Leg, float]:
    """Who is called there hears all of it, takes the citizen and talks; with the second of the call in which 1 was pressed."""
    specialist = await called(desk.world, place.numbers[which])
    assert specialist.recording_at is not None
    await asyncio.sleep(audio.seconds(about) + 0.5)
    pressed = time.time() - specialist.recording_at
    await specialist.press("1")
    await asyncio.sleep(1.5)
    await specialist.hangup()
    return specialist, pressed


async def test_she_hears_that_she_is_put_through_and_music_and_they_hear_about_what(desk: Screen) -> None:
    """By code, after a number that nobody picks up; and by the screen, about what the menu does not have."""
    world = desk.world
    menu, own = sound(desk, "about-construction"), sound(desk, "about-cap-dien")

    async def made() -> bool:
        return own.is_file()

    await eventually(made, f"{own} was not made", 60)
    await set_up(world, BUILDING, Rings(), PERSON)
    await set_up(world, POWER, PERSON)
    by_code, by_screen = await asyncio.gather(talk(world, "0909470001"), talk(world, "0909460001"))
    call = await desk.call_of(by_screen.citizen.who)
    body = {"call": call, "agency": POWER.id, "category": "cap-dien"}

    async def asked() -> None:
        status, told = await desk.ask("POST", "/api/cascades", body)
        assert status == 201, told

    *_, (builder, builder_pressed), (power, power_pressed) = await asyncio.gather(
        by_code.transfer(BUILDING), asked(), listens(desk, BUILDING, 1, menu), listens(desk, POWER, 0, own)
    )
    await asyncio.gather(by_code.citizen.ended(10), by_screen.citizen.ended(10))
    await world.quiet()

    for one, specialist, pressed, hers, other in (
        (by_code, builder, builder_pressed, menu, own),
        (by_screen, power, power_pressed, own, menu),
    ):
        assert told(specialist.heard, hers, until=pressed), f"{specialist} was not told {hers.name}"
        assert not told(specialist.heard, other, until=pressed), f"{specialist} was told {other.name}"
        assert told(one.citizen.heard, sound(desk, "cascade-wait"))
        assert not told(one.citizen.heard, sound(desk, "cascade-leader")), "one prompt is told from another"
        assert not told(one.citizen.heard, hers), "what is told to whoever is called is not for her"
        assert music(desk, one.citizen, specialist.started_at + 1) >= FULL, "no music while they are told about her"
    (rang,) = world.net.number(BUILDING.numbers[0]).legs
    assert music(desk, by_code.citizen, rang.started_at + 1) >= FULL, "no music while it rings"
