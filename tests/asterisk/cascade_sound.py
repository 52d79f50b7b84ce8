"""What a test with sound asks of a transfer: every person's own track is complete, and each heard whom they should, as long as they talked."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

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
#: seconds by which a talk time, or the length of a track, may differ from what the phone saw
RIGHT = 1.0
#: keys by which an agent transfers: #1 and 7xx
CODE = 5
#: as much of a sound file is heard of which all was played
FULL = 0.85

#: a leg of the log, and the phone that it was
Met = tuple[LegRow, Leg]


async def takes(world: World, number: str, nth: int) -> Leg:
    """The n-th call to this number is taken by 1."""
    leg = await called(world, number, nth)
    await asyncio.sleep(1.2)
    await leg.press("1")
    return leg


def tones(world: World, track: TrackRow, frequencies: set[int]) -> list[set[float]]:
    """Who is heard in each half second of a track. Judged by tenths: after a key a phone's tone begins anew, in another phase."""
    file = world.product.settings.paths.recordings / track.path
    tenths = audio.tones(file, frequencies, window=0.1, heard=audio.HEARD * 4)
    return [set().union(*tenths[at : at + 5]) for at in range(0, len(tenths), 5)]


def own_words(world: World, call: CallDetail, channel: str | None, phone: Leg, everybody: set[int]) -> None:
    """What this person said is there in full, as long as the phone's call was, and nobody else is on it."""
    said = [track for track in call.tracks if track.channel == channel and str(track.side) == "r"]
    written = sum(track.duration_ms for track in said) / 1000
    assert written == pytest.approx(phone.lasted, abs=RIGHT), f"{phone} talked {phone.lasted} s"
    for track in said:
        assert track.path, f"{phone} has no file: {track}"
        heard = tones(world, track, everybody)
        # an end may be cut within a half second, and the first frames come before the phone's tone
        assert all(found == {phone.frequency} for found in heard[1:-1]), f"{phone} said {heard}"


def unsent(*phones: Leg) -> int:
    """Milliseconds of its call for which a phone sent nothing, by its own recording: those of a machine that is too busy for it.

    The hotline marks them, rightly, with the half second that it lets pass else.
    """
    short = max(map(_starved, phones))
    return round(short * 1000) + 500 if short > 0.2 else 0


def _starved(phone: Leg) -> float:
    return 0.0 if phone.answered_at is None else max(0.0, phone.lasted - audio.seconds(phone.said))


def whole(listener: Leg, speaker: Leg, *, keys: int = 0, partings: int = 0) -> None:
    """Between the first and the last word of the speaker the listener heard all of it, but where the two were parted.

    A hole is a tenth of a second, or more, in which 60 ms are missing. One tenth is a late packet, and so is what the speaker's
    own phone did not send; more of them, or a longer hole, are words that were lost. A phone that sends a key sends no sound
    meanwhile.
    """
    gaps = audio.holes(listener.heard, speaker.frequency)
    allowed = keys + 1 + int(_starved(speaker) * 10)
    short = [gap for gap in gaps if gap.length <= (KEY if keys else 0.1)]
    assert len(short) <= allowed and len(gaps) - len(short) <= partings, f"{listener} of {speaker}: {gaps}"


def talked(met: Sequence[Met], call: CallDetail, citizen: Leg) -> None:
    """The log's talk times, against the ears of both; each phone's own clock says that what it heard is as long as its call."""
    for phone in (citizen, *(phone for _, phone in met)):
        length = audio.seconds(phone.heard)
        assert length == pytest.approx(phone.lasted, abs=RIGHT), (
            f"{phone} heard {length} s of {phone.lasted}: is the machine too busy?"
        )
    for leg, phone in met:
        assert leg.talk_ms / 1000 == pytest.approx(audio.heard_for(phone.heard, citizen.frequency), abs=RIGHT), phone
    # one phone may have answered her twice
    hers = {phone.frequency: audio.heard_for(citizen.heard, phone.frequency) for _, phone in met}
    for frequency, heard in hers.items():
        told = [leg.talk_ms / 1000 for leg, phone in met if phone.frequency == frequency]
        assert sum(told) == pytest.approx(heard, abs=RIGHT * len(told)), f"{citizen} heard {frequency} for {heard} s"
    (row,) = legs(call, "citizen")
    assert row.talk_ms / 1000 == pytest.approx(sum(hers.values()), abs=RIGHT * len(met)), hers


def complete(
    world: World,
    call: CallDetail,
    one: Talk,
    people: Sequence[Leg],
    *,
    again: Sequence[Leg] = (),
    by_code: bool = True,
    partings: int = 0,
) -> None:
    """Each person's own words are on their track without a hole, and each heard the citizen as long as they talked.

    `people`: who was called at the agency and picked up, in order; who pressed a key after 1 passed her on. `again`: agents who
    had her later. `by_code`: the first agent transferred by keys. `partings`: how often the first agent got her back.
    """
    citizen = one.citizen
    agents = [one.agent, *again]
    everybody = {citizen.frequency, *(leg.frequency for leg in (*agents, *people))}
    contacts = [(leg, _phone(leg, people)) for leg in legs(call, "contact") if leg.answered_at is not None]
    rows = legs(call, "agent")
    assert [leg.party for leg in rows] == [phone.who.removeprefix("line-") for phone in agents]
    answered = list(zip(rows, agents, strict=True))
    talked([*contacts, *answered], call, citizen)
    for leg, phone in (*contacts, *answered):
        own_words(world, call, leg.channel, phone, everybody)
    own_words(world, call, call.call.id, citizen, everybody)
    for nth, (_, phone) in enumerate(contacts):
        whole(phone, citizen)
        passed = nth < len(contacts) - 1 or bool(again)
        whole(citizen, phone, keys=2 if passed else 0)
    for phone in agents:
        whole(phone, citizen, partings=partings if phone is one.agent else 0)
    for frequency in {phone.frequency for phone in agents}:
        same = [phone for phone in agents if phone.frequency == frequency]
        first = one.agent in same
        apart = len(same) - 1 + (partings if first else 0)
        whole(citizen, same[0], keys=CODE if by_code and first else 0, partings=apart)
    no_silence(citizen)
    verify(world.product, call, missing=unsent(citizen, *agents, *people))


def _phone(leg: LegRow, people: Sequence[Leg]) -> Leg:
    return next(found for found in people if found.who == leg.party)


def told(heard: Path, sound: Path, *, until: float | None = None) -> bool:
    """This sound file is heard in the recording (up to a second of it) from beginning to end, but for one late packet or two."""
    end = None if until is None else round(until * audio.RATE)
    return audio.share(audio.read(heard)[:end], audio.read(sound)) >= FULL


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
