"""What a test with sound asks of a transfer: every person's own track is complete, and each heard whom they should, as long as they talked."""

import asyncio

import pytest

from hotline1022.db.types import CallDetail, LegRow
from hotline1022.recordings.types import TrackRow
from tests.asterisk.cascade_world import Talk, called, no_silence
from tests.asterisk.world import World, legs, verify
from tests.lab import audio
from tests.lab.network import Leg
from tests.lab.prompts import kept_prompts

#: the longest gap that one key makes, seconds
KEY = 0.3


async def takes(world: World, number: str, nth: int) -> Leg:
    """The n-th call to this number is taken by 1."""
    leg = await called(world, number, nth)
    await asyncio.sleep(1.2)
    await leg.press("1")
    return leg


def tones(world: World, track: TrackRow, frequencies: set[int]) -> list[set[float]]:
    """Who is heard in each half second of a track."""
    return audio.tones(world.product.settings.paths.recordings / track.path, frequencies, window=0.5)


def own_words(world: World, call: CallDetail, leg: LegRow, phone: Leg, everybody: set[int]) -> None:
    """What this person said is there in full, and nobody else is on it."""
    said = [track for track in call.tracks if track.channel == leg.channel and str(track.side) == "r"]
    written = sum(track.duration_ms for track in said) / 1000
    assert written == pytest.approx(phone.lasted, abs=1.0)
    for track in said:
        heard = tones(world, track, everybody)
        assert all(found == {phone.frequency} for found in heard[2:-2]), f"{phone} said {heard}"


def talked(leg: LegRow, phone: Leg, citizen: Leg) -> None:
    """The log's talk time, against the ears of both."""
    hers = audio.heard_for(citizen.heard, phone.frequency)
    theirs = audio.heard_for(phone.heard, citizen.frequency)
    assert leg.talk_ms / 1000 == pytest.approx(hers, abs=1.0) and leg.talk_ms / 1000 == pytest.approx(theirs, abs=1.0)


def complete(world: World, call: CallDetail, one: Talk, people: list[Leg]) -> None:
    """Each person's own words are on their track without a hole, and each heard the citizen as long as they talked."""
    everybody = {one.citizen.frequency, one.agent.frequency, *(leg.frequency for leg in people)}
    for leg in legs(call, "contact"):
        phone = next(found for found in people if found.who == leg.party)
        if phone.answered_at is None:
            continue
        talked(leg, phone, one.citizen)
        own_words(world, call, leg, phone, everybody)
        # a phone that sends a key sends no sound meanwhile: only who passed on may have such a gap
        gaps = audio.holes(one.citizen.heard, phone.frequency)
        assert all(gap.length <= KEY for gap in gaps) and (not gaps or len(people) == 2), gaps
    (words,) = [t for t in call.tracks if t.channel == call.call.id and str(t.side) == "r"]
    spoken = tones(world, words, everybody)
    assert all(found == {one.citizen.frequency} for found in spoken[2:-2]), f"{one.citizen} said {spoken}"
    no_silence(one.citizen)
    verify(world.product, call)


def said(call: CallDetail) -> list[str]:
    """The prompts that the log says were played to her, in order."""
    return [event.data["prompt"] for event in call.events if event.kind == "PromptStarted"]


def code_twice(call: CallDetail, citizen: Leg, code: str) -> None:
    """The log, and her own ears, say that this code was spoken twice, digit by digit."""
    assert len(code) == 8
    told = said(call)[said(call).index("hl1022/cascade-kept") :]
    digits = "".join(prompt.removeprefix("digits/") for prompt in told if prompt.startswith("digits/"))
    assert digits == code * 2, f"{code} was told as {told}"
    folder = kept_prompts() / "sounds" / "vi" / "digits"
    heard = audio.spoken(citizen.heard, {digit: folder / f"{digit}.wav" for digit in "0123456789"})
    # the words of other prompts have digits too, such as the key to press
    assert code * 2 in "".join(heard), f"{code} was heard as {heard}"
