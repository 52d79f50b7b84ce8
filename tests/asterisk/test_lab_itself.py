"""Proves the test network against a hotline of forty lines: what it measures is what happened."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

import numpy as np
import pytest
import pytest_asyncio

from hotline1022.service.asterisk.engine import AsteriskInstance, find_engine
from tests.asterisk.cascade_world import no_silence
from tests.lab import audio
from tests.lab.bare_product import GREETING, MUSIC, bare_product
from tests.lab.handset import Handset
from tests.lab.network import (
    BUSY,
    CONGESTION,
    REJECTS,
    UNKNOWN,
    Address,
    Answers,
    HangUp,
    Key,
    Keys,
    PhoneNetwork,
    Refuses,
    Rings,
    Speak,
    StayUntilHangup,
    Step,
    Wait,
    channels_of,
)
from tests.lab.ports import free_port

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module")]

LINES = {"101": "bi-mat-101", "102": "bi-mat-102", "103": "bi-mat-103"}


class Town:
    """The bare product and the network around it."""

    def __init__(self, folder: Path, *, shared: bool = False, account: tuple[str, str] | None = None) -> None:
        engine = find_engine()
        product = Address(host="127.0.0.1", port=free_port())
        carrier = Address(host="127.0.0.2", port=free_port(host="127.0.0.2"))
        self.address = product
        self.product = bare_product(folder / "product", engine, at=product, trunk=carrier, lines=LINES, account=account)
        self.net = PhoneNetwork(
            folder / "network",
            engine,
            product=product,
            carrier=carrier,
            phones_at=carrier if shared else None,
            phones=LINES,
            account=account,
        )

    async def __aenter__(self) -> Self:
        await self.product.start()
        try:
            await self.net.start()
            await self.net.registered()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.net.stop()
        finally:
            await self.product.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with Town(tmp_path_factory.mktemp("town")) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def net(town: Town) -> AsyncIterator[PhoneNetwork]:
    for number in LINES:
        await town.net.phone(number).does(Rings())
    yield town.net
    await town.net.quiet(product=town.product)


async def test_a_citizen_presses_a_key_and_talks_to_an_agent(net: PhoneNetwork) -> None:
    await net.phone("101").does(Answers(after=1.0, talk=3))
    script: list[Step] = [Wait(1.5), Key("2"), Wait(2), Speak(2), StayUntilHangup(20)]
    citizen = await net.call("1022", caller="0901234567", script=script)
    agent = await net.phone("101").rings(nth=1)
    assert agent.other == "0901234567"
    await citizen.ended()
    await agent.ended()

    assert (citizen.cause, agent.cause) == (16, 16)
    assert agent.answered_at is not None and citizen.answered_at is not None and citizen.recording_at is not None
    assert agent.answered_at - agent.started_at == pytest.approx(1.0, abs=0.2)
    assert agent.lasted == pytest.approx(3.0, abs=0.2)
    assert audio.seconds(citizen.heard) == pytest.approx(citizen.lasted, abs=0.2)
    # She hears the greeting until her key, music for the second that the phone rings, then the agent's tone.
    assert audio.heard_for(citizen.heard, GREETING) == pytest.approx(1.6, abs=0.35)
    assert audio.heard_for(citizen.heard, MUSIC) == pytest.approx(1.0, abs=0.35)
    assert audio.heard_for(citizen.heard, agent.frequency) == pytest.approx(3.0, abs=0.35)
    assert audio.holes(citizen.heard, agent.frequency) == []
    assert audio.longest_silence(citizen.heard).length < 0.3
    first = audio.first_sound(citizen.heard)
    assert first is not None and first < 0.2
    # And the agent hears her for two seconds, with no greeting and no music.
    assert audio.heard_for(agent.heard, citizen.frequency) == pytest.approx(1.9, abs=0.5)
    assert audio.heard_for(agent.heard, MUSIC) == 0
    assert audio.heard_for(agent.heard, GREETING) == 0


async def test_three_citizens_at_once_reach_three_agents_and_nobody_hears_another(net: PhoneNetwork) -> None:
    for number in LINES:
        await net.phone(number).does(Answers(after=0.5, talk=2))
    script: list[Step] = [Wait(0.5), Keys("2", gap=0), StayUntilHangup(20)]
    citizens = [await net.call("1022", caller=f"090123456{n}", script=script, talk=True) for n in range(3)]
    for citizen in citizens:
        await citizen.ended()
    agents = [net.phone(number).legs[-1] for number in LINES]
    for agent in agents:
        await agent.ended()
        assert [agent.other in c.who and audio.heard_for(agent.heard, c.frequency) > 1.5 for c in citizens].count(
            True
        ) == 1
        assert [audio.heard_for(agent.heard, c.frequency) > 0.5 for c in citizens].count(True) == 1
    for citizen in citizens:
        assert [audio.heard_for(citizen.heard, a.frequency) > 1.5 for a in agents].count(True) == 1
    assert len({citizen.frequency for citizen in citizens} | {agent.frequency for agent in agents}) == 6


async def test_keys_are_pressed_by_all_at_the_same_time(net: PhoneNetwork) -> None:
    """Five long keys in one second: one AMI link after another would need five."""
    calls = [await net.call("1022", caller=f"091000000{n}") for n in range(5)]
    for call in calls:
        await call.answered()
    loop = asyncio.get_running_loop()
    before = loop.time()
    await asyncio.gather(*(call.press("1", length=0.8, gap=0) for call in calls))
    assert loop.time() - before < 2
    for call in calls:
        await call.speak(1)
        await call.hangup()
        assert audio.heard_for(call.heard, call.frequency) > 0.7  # the echo: each key had arrived


async def test_two_people_after_each_other_are_both_heard_in_ten_calls(net: PhoneNetwork) -> None:
    await net.phone("101").does(Answers(after=0.1, talk=1.5))
    await net.phone("102").does(Answers(after=0.1, talk=1.5))
    first, second = net.phone("101").frequency, net.phone("102").frequency
    for _ in range(5):
        calls = [await net.call("1025", caller="0902222222", talk=True) for _ in range(2)]
        for call in calls:
            await call.ended()
            assert audio.heard_for(call.heard, first) == pytest.approx(1.5, abs=0.3)
            assert audio.heard_for(call.heard, second) == pytest.approx(1.5, abs=0.3)


@pytest.mark.parametrize("plan", [BUSY, CONGESTION, REJECTS, UNKNOWN], ids=lambda plan: str(plan.cause))
async def test_a_number_that_refuses_says_why(net: PhoneNetwork, plan: Refuses) -> None:
    emergency = net.number("115")
    await emergency.does(plan)
    before = len(emergency.invites)
    citizen = await net.call("1022", caller="0903333333", script=[Wait(0.3), Key("9")])
    leg = await emergency.rings(nth=before + 1)
    await citizen.ended()
    assert (leg.answered_at, leg.cause, citizen.cause) == (None, plan.cause, plan.cause)
    assert len(emergency.invites) == before + 1
    assert leg.started_at - (citizen.answered_at or 0) == pytest.approx(0.5, abs=0.4)


async def test_a_number_that_rings_out_is_given_up_by_the_caller(net: PhoneNetwork) -> None:
    await net.number("115").does(Rings())
    citizen = await net.call("1022", caller="0903333334", script=[Wait(0.3), Key("9")])
    leg = await net.number("115").rings()
    await citizen.hangup()
    await leg.ended(5)
    assert leg.answered_at is None


async def test_a_silent_phone_sends_not_one_packet(net: PhoneNetwork) -> None:
    await net.number("115").does(Answers(after=0.1, talk=2, silent=True))
    citizen = await net.call(
        "1022", caller="0904444444", script=[Wait(0.3), Key("9"), StayUntilHangup(10)], silent=True
    )
    leg = await net.number("115").rings()
    await leg.ended()
    await citizen.hangup()
    assert (leg.rtp_sent, leg.rtp_received) == (0, 0)
    assert leg.lasted == pytest.approx(2.0, abs=0.2)
    assert (citizen.rtp_sent or 0) < 20  # her key; nothing else
    await net.number("115").does(Answers(after=0.1, talk=2))
    citizen = await net.call("1022", caller="0904444445", script=[Wait(0.3), Key("9"), StayUntilHangup(10)], talk=True)
    leg = await net.number("115").rings()
    await leg.ended()
    await citizen.hangup()
    assert (leg.rtp_sent or 0) > 80 and (citizen.rtp_sent or 0) > 80


async def test_a_phone_dials_a_feature_code_and_keys(net: PhoneNetwork) -> None:
    leg = await net.phone("102").dial("*11")
    await leg.ended()
    assert audio.heard_for(leg.heard, GREETING) == pytest.approx(2.0, abs=0.3)
    leg = await net.phone("102").dial("*11")
    await leg.answered()
    await leg.speak(2.5)  # the greeting must be over: the key belongs to what follows it
    await leg.press("5")
    await leg.ended()
    assert audio.heard_for(leg.heard, GREETING) == pytest.approx(4.0, abs=0.4)


async def test_a_phone_can_be_unplugged(net: PhoneNetwork, town: Town) -> None:
    assert "line-103/sip:" in await town.product.cli("pjsip show contacts")
    await net.phone("103").unplug()
    assert "line-103/sip:" not in await town.product.cli("pjsip show contacts")
    await net.phone("103").plug()
    assert "line-103/sip:" in await town.product.cli("pjsip show contacts")


async def test_the_caller_can_withhold_the_number_and_hang_up_first(net: PhoneNetwork) -> None:
    await net.phone("101").does(Answers(after=0.1))
    before = len(net.phone("101").legs)
    citizen = await net.call("1023", caller="0905555555", anonymous=True, script=[Wait(1.5), HangUp()])
    agent = await net.phone("101").rings(nth=before + 1)
    await citizen.ended()
    await agent.ended(5)
    assert agent.other == "anonymous"
    assert citizen.lasted == pytest.approx(1.5, abs=0.3)


async def test_a_handset_holds_and_resumes_with_a_stream_that_starts_anew(town: Town, tmp_path: Path) -> None:
    net = town.net
    await net.phone("101").does(BUSY)
    await net.phone("102").does(BUSY)
    await net.phone("103").unplug()
    async with Handset(town.address, line="103", secret=LINES["103"], folder=tmp_path) as phone:
        await phone.register()
        citizen = await net.call("1023", caller="0906666666", talk=True)
        call = await phone.rings(15)
        assert call.caller == "0906666666"
        await call.answer()
        await asyncio.sleep(1.5)
        before = call.media.ssrc
        await call.hold()
        await asyncio.sleep(1.5)
        await call.resume(sequence=7)
        await asyncio.sleep(1.5)
        assert call.media.ssrc != before and 7 < call.media.sequence < 200
        await call.hangup()
        await citizen.ended()
        assert call.ended_by == "us"
        (hold,) = [gap for gap in audio.holes(citizen.heard, phone.frequency) if gap.length > 0.3]
        assert hold.length == pytest.approx(1.5, abs=0.3)
        assert audio.heard_for(citizen.heard, phone.frequency) == pytest.approx(3.0, abs=0.5)
        assert audio.heard_for(citizen.heard, MUSIC) >= 1.2
        assert audio.heard_for(call.heard, citizen.frequency) == pytest.approx(3.0, abs=0.8)

        citizen = await net.call("1023", caller="0906666667")
        call = await phone.rings(15)
        await call.answer(silent=True)
        await _shows(town.product, "bridge show all", "simple_bridge")
        assert await call.refer("1022") == 200
        await asyncio.sleep(2)
        await citizen.hangup()
        assert audio.heard_for(citizen.heard, GREETING) > 1
        assert call.media.sent == 0

        citizen = await net.call("1023", caller="0906666668")
        call = await phone.rings(15)
        await call.reject("603 Decline")
        again = await phone.rings(15)  # the queue tries again
        phone.vanish()
        await citizen.hangup()
        assert again.answered_at is None
    await net.phone("103").plug()


@pytest.mark.parametrize("sends", ["a tone", "silence", "nothing"])
async def test_two_seconds_without_rtp_are_two_seconds_of_silence(town: Town, tmp_path: Path, sends: str) -> None:
    """The ruler of every test about silence: what does not arrive is measured, or the recording is too short and that is seen."""
    net = town.net
    await net.phone("101").does(BUSY)
    await net.phone("102").does(BUSY)
    await net.phone("103").unplug()
    async with Handset(town.address, line="103", secret=LINES["103"], folder=tmp_path) as phone:
        await phone.register()
        citizen = await net.call("1023", caller="0906666669", talk=sends == "a tone", silent=sends == "nothing")
        call = await phone.rings(15)
        await call.answer()
        await asyncio.sleep(1.5)
        call.media.frequency = None
        await asyncio.sleep(2)
        call.media.frequency = phone.frequency
        await asyncio.sleep(1.5)
        await call.hangup()
        await citizen.ended()
        await net.phone("103").plug()
    assert (audio.longest_silence(citizen.heard).length == pytest.approx(2, abs=0.2)) == (sends != "nothing")
    no_silence(citizen, limit=2.8)
    with pytest.raises(AssertionError, match="heard nothing for"):
        no_silence(citizen, limit=1.7)


@pytest.mark.parametrize("account", [None, ("nhamang", "bi-mat")], ids=["trunk by address", "trunk by registration"])
async def test_trunk_and_phones_can_share_one_address(tmp_path: Path, account: tuple[str, str] | None) -> None:
    async with Town(tmp_path, shared=True, account=account) as town:
        net = town.net
        if account is not None:
            await _shows(town.net.pbx, "pjsip show contacts", "nhamang/sip:")
        await net.phone("101").does(Answers(after=0.1, talk=1))
        await net.number("115").does(Answers(after=0.1, talk=1))
        citizen = await net.call("1023", caller="0907777777")
        await (await net.phone("101").rings(nth=1)).ended()
        await citizen.ended()
        assert audio.heard_for(citizen.heard, net.phone("101").frequency) == pytest.approx(1.0, abs=0.3)
        citizen = await net.call("1022", caller="0907777778", script=[Wait(0.3), Key("9")])
        leg = await net.number("115").rings(nth=1)
        await leg.ended()
        await citizen.hangup()
        assert leg.answered_at is not None
        await net.quiet(product=town.product)


async def test_the_network_says_what_did_not_happen(net: PhoneNetwork, town: Town) -> None:
    with pytest.raises(AssertionError, match="line-101 was called"):
        await net.phone("101").rings(0.2)
    citizen = await net.call("1024", caller="0908888888")
    with pytest.raises(AssertionError, match="ended without an answer: 17"):
        await citizen.answered()
    citizen = await net.call("1023", caller="0908888889", script=[StayUntilHangup(0.5)])
    await citizen.answered()
    with pytest.raises(AssertionError, match="channels are left"):
        await net.quiet(product=town.product, limit=0.2)
    assert len(await net.channels()) >= 1 and len(await channels_of(town.product)) >= 1
    with pytest.raises(AssertionError, match=r"was not hung up within 0\.5 s"):
        await citizen.ended(5)
    await citizen.hangup()


async def test_the_network_starts_fast_and_without_complaints(net: PhoneNetwork) -> None:
    log = (net.pbx.log / "messages.log").read_text(encoding="utf-8")
    assert [line for line in log.splitlines() if "ERROR" in line or "WARNING" in line] == []


async def test_ears(tmp_path: Path) -> None:
    tone = audio.write_tone(tmp_path / "tone.wav", 1700, 2.5)
    assert audio.seconds(tone) == 2.5
    assert audio.tones(tone, [1700, 1723, 2100]) == [{1700}, {1700}]  # a last half second is not judged
    assert audio.heard_for(tone, 1700) == pytest.approx(2.5, abs=0.11)
    assert audio.longest_silence(tone).length == 0
    assert audio.first_sound(tone) == 0
    quiet = audio.write_tone(tmp_path / "quiet.wav", 1700, 1, level=0)
    assert audio.first_sound(quiet) is None
    assert audio.longest_silence(quiet).length == 1
    broken = tmp_path / "broken.wav"
    broken.write_bytes(
        tone.read_bytes()[:44] + bytes(8000) + tone.read_bytes()[44:] + bytes(16000) + tone.read_bytes()[44:]
    )
    assert audio.seconds(broken) == 6.5
    assert audio.first_sound(broken) == pytest.approx(0.5, abs=0.02)
    assert audio.longest_silence(broken) == audio.Gap(start=3.0, length=1.0)
    assert audio.holes(broken, 1700) == [audio.Gap(start=3.0, length=1.0)]


async def test_ears_know_recordings_again(tmp_path: Path) -> None:
    """Words of a synthetic speaker: noise of its own each, the third one half of the first."""
    noise = np.random.default_rng(1022)
    words = [noise.normal(0, 4000, length).astype("<i2") for length in (4000, 3000)]
    words.append(words[0][:2000])
    files = {}
    for name, word in zip("abc", words, strict=True):
        files[name] = audio.write_tone(tmp_path / f"{name}.wav", 0, len(word) / audio.RATE)
        files[name].write_bytes(files[name].read_bytes()[:44] + word.tobytes())
    pause = np.zeros(1234, dtype="<i2")
    said = [words[1], pause, words[0], words[0], pause, words[2], pause]
    heard = audio.write_tone(tmp_path / "heard.wav", 0, sum(map(len, said)) / audio.RATE)
    rough = np.concatenate(said) + noise.normal(0, 400, sum(map(len, said)))
    heard.write_bytes(heard.read_bytes()[:44] + rough.astype("<i2").tobytes())
    assert audio.spoken(heard, files) == ["b", "a", "a", "c"]
    cut = audio.write_tone(tmp_path / "cut.wav", 0, 0.25)
    cut.write_bytes(cut.read_bytes()[:44] + words[1][:2000].tobytes())
    assert audio.spoken(cut, files) == [], "a word that is cut off is not heard"


async def _shows(pbx: AsteriskInstance, command: str, wanted: str) -> None:
    shown = ""
    for _ in range(50):
        shown = await pbx.cli(command)
        if wanted in shown:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"`{command}` never showed {wanted}: {shown}")
