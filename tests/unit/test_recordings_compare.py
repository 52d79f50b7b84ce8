"""Tracks against the call's clock and against each other: gaps and losses are found, and nothing is made up."""

from hotline1022.core.events import LegKind
from hotline1022.recordings.compare import Heard, Judgement, judge
from hotline1022.recordings.levels import measure
from hotline1022.recordings.types import CallFacts, Leg, Side, Why
from tests.unit.recordings_world import (
    AGENT,
    AGENT_TONE,
    CALL,
    CITIZEN_TONE,
    MUSIC_TONE,
    SECOND,
    START,
    facts,
    idle,
    leg,
    padding,
    span,
    tone,
)

CITIZEN_SAYS = tone(CITIZEN_TONE, 6000)
AGENT_SAYS = tone(AGENT_TONE, 6000)


def heard(channel: str, side: Side, pcm: bytes | None, start: int = 0, kind: LegKind = LegKind.AGENT) -> Heard:
    return Heard(
        id=f"{channel}-{start}-{side.value}",
        channel=leg(channel, kind, 0, 0).channel,
        kind=kind,
        side=side,
        started_ms=START + start,
        duration_ms=len(pcm) // 16 if pcm else 0,
        levels=measure([pcm]) if pcm else None,
        missing=pcm is None,
    )


def talk(
    *,
    citizen_said: bytes | None = CITIZEN_SAYS,
    citizen_heard: bytes | None = AGENT_SAYS,
    agent_said: bytes | None = AGENT_SAYS,
    agent_heard: bytes | None = CITIZEN_SAYS,
    call: CallFacts | None = None,
    rtp: int | None = 300,
) -> dict[str, Judgement]:
    """Six seconds of citizen and agent; returns the judgements by `citizen-r` and so on."""
    found = judge(
        call or six_seconds(rtp=rtp),
        [
            heard(CALL, Side.SAID, citizen_said, kind=LegKind.CITIZEN),
            heard(CALL, Side.HEARD, citizen_heard, kind=LegKind.CITIZEN),
            heard(AGENT, Side.SAID, agent_said),
            heard(AGENT, Side.HEARD, agent_heard),
        ],
    )
    short = {CALL: "citizen", AGENT: "agent"}
    return {f"{short[key.split('-0-')[0]]}-{key[-1]}": value for key, value in found.items()}  # type: ignore[index]


def six_seconds(*, rtp: int | None = 300, citizen: Leg | None = None, agent: Leg | None = None) -> CallFacts:
    return facts(
        citizen or leg(CALL, LegKind.CITIZEN, 0, 6000, span(0, 6000), rtp=300),
        agent or leg(AGENT, LegKind.AGENT, 0, 6000, span(0, 6000), rtp=rtp),
        ended=6000,
    )


def whys(judgement: Judgement) -> list[Why]:
    return [reason.why for reason in judgement.reasons]


def test_a_good_call_has_nothing_to_say() -> None:
    assert all(one == Judgement() for one in talk().values())


def test_silent_phones_are_not_a_loss() -> None:
    found = talk(agent_said=idle(6000), citizen_heard=idle(6000), agent_heard=idle(6000), citizen_said=idle(6000))
    assert all(one == Judgement() for one in found.values())


def test_a_phone_that_sends_nothing_while_silent_is_not_a_loss() -> None:
    quiet = tone(AGENT_TONE, 2000) + padding(4000)
    found = talk(agent_said=quiet, citizen_heard=quiet, rtp=100)
    assert (found["agent-r"].gap_ms, found["agent-r"].lost_ms, found["agent-r"].reasons) == (0, 0, [])


def test_half_a_second_is_still_equal_and_more_is_a_gap() -> None:
    assert talk(agent_said=AGENT_SAYS[: 5500 * 16], rtp=275)["agent-r"] == Judgement()
    found = talk(agent_said=AGENT_SAYS[: 5400 * 16], rtp=270)["agent-r"]
    assert (found.gap_ms, found.lost_ms, whys(found)) == (600, 0, [Why.SHORTER_THAN_LEG])


def test_a_file_that_is_too_long_is_told() -> None:
    found = talk(agent_said=tone(AGENT_TONE, 7000), rtp=350)["agent-r"]
    assert (found.gap_ms, whys(found)) == (0, [Why.LONGER_THAN_LEG])


def test_a_missing_file_is_a_gap_of_the_whole_leg_and_its_packets_are_lost() -> None:
    found = talk(agent_said=None)["agent-r"]
    assert (found.gap_ms, found.lost_ms) == (6000, 6000)
    assert whys(found) == [Why.SHORTER_THAN_LEG, Why.RTP_BUT_NOT_WRITTEN]


def test_the_second_half_lost_is_found_by_the_other_ear_and_by_the_packets() -> None:
    lost = AGENT_SAYS[: 3000 * 16] + padding(3000)
    for rtp, expected in (
        (300, {Why.SAID_BUT_NOT_WRITTEN, Why.RTP_BUT_NOT_WRITTEN}),
        (None, {Why.SAID_BUT_NOT_WRITTEN}),
    ):
        found = talk(agent_said=lost, rtp=rtp)["agent-r"]
        assert (found.gap_ms, found.lost_ms) == (0, 3000)
        assert set(whys(found)) - {Why.RTP_UNKNOWN} == expected


def test_packets_alone_are_enough() -> None:
    lost = AGENT_SAYS[: 3000 * 16] + padding(3000)
    found = talk(agent_said=lost, citizen_heard=lost)["agent-r"]
    assert (found.lost_ms, whys(found)) == (3000, [Why.RTP_BUT_NOT_WRITTEN])


def test_unknown_packets_are_said_to_be_unknown() -> None:
    assert whys(talk(rtp=None)["agent-r"]) == [Why.RTP_UNKNOWN]


def test_keys_stand_in_for_audio() -> None:
    said = CITIZEN_SAYS[: 4800 * 16] + padding(1200)
    pressed = leg(CALL, LegKind.CITIZEN, 0, 6000, span(0, 6000), rtp=300, keys=3)
    deaf = CITIZEN_SAYS[: 4800 * 16] + padding(1200)
    assert talk(citizen_said=said, agent_heard=deaf, call=six_seconds(citizen=pressed))["citizen-r"].lost_ms == 0
    assert talk(citizen_said=said, agent_heard=deaf)["citizen-r"].lost_ms == 1200


def test_what_the_citizens_ear_lost_is_marked_there_and_is_no_loss_of_the_agent() -> None:
    found = talk(citizen_heard=AGENT_SAYS[: 2000 * 16] + padding(4000))
    assert (found["citizen-t"].lost_ms, whys(found["citizen-t"])) == (4000, [Why.HEARD_BUT_NOT_WRITTEN])
    assert found["agent-r"] == Judgement()


def test_music_on_hold_is_not_a_loss_of_the_one_who_holds() -> None:
    said = AGENT_SAYS[: 2000 * 16] + padding(2000) + AGENT_SAYS[: 2000 * 16]
    ear = AGENT_SAYS[: 2000 * 16] + tone(MUSIC_TONE, 2000) + AGENT_SAYS[: 2000 * 16]
    unknown = talk(agent_said=said, citizen_heard=ear, rtp=None)["agent-r"]
    assert unknown.lost_ms == 2000  # nobody knows of a hold: better told than not
    for holder in (
        leg(AGENT, LegKind.AGENT, 0, 6000, span(0, 6000), rtp=200, held=(span(2000, 4000),)),
        leg(AGENT, LegKind.AGENT, 0, 6000, span(0, 6000), rtp=200, held_ms=2000),
    ):
        found = talk(agent_said=said, citizen_heard=ear, call=six_seconds(agent=holder))["agent-r"]
        assert (found.lost_ms, found.reasons) == (0, [])


def test_music_while_waiting_is_not_a_loss() -> None:
    waiting = leg(CALL, LegKind.CITIZEN, 0, 6000, span(3000, 6000), rtp=150)
    agent = leg(AGENT, LegKind.AGENT, 3000, 6000, span(3000, 6000), rtp=150)
    found = judge(
        facts(waiting, agent, ended=6000),
        [
            heard(CALL, Side.SAID, padding(3000) + CITIZEN_SAYS[: 3000 * 16], kind=LegKind.CITIZEN),
            heard(CALL, Side.HEARD, tone(MUSIC_TONE, 3000) + AGENT_SAYS[: 3000 * 16], kind=LegKind.CITIZEN),
            heard(AGENT, Side.SAID, AGENT_SAYS[: 3000 * 16], start=3000),
            heard(AGENT, Side.HEARD, CITIZEN_SAYS[: 3000 * 16], start=3000),
        ],
    )
    assert all(one == Judgement() for one in found.values())


def test_a_third_person_in_the_room_explains_what_is_heard() -> None:
    quiet = padding(6000)
    third = leg(SECOND, LegKind.EMERGENCY, 0, 6000, span(0, 6000), rtp=300)
    files = [
        heard(CALL, Side.SAID, CITIZEN_SAYS, kind=LegKind.CITIZEN),
        heard(CALL, Side.HEARD, AGENT_SAYS, kind=LegKind.CITIZEN),
        heard(AGENT, Side.SAID, quiet),
        heard(SECOND, Side.SAID, AGENT_SAYS, kind=LegKind.EMERGENCY),
    ]
    call = six_seconds(rtp=0)
    found = judge(facts(*call.legs, third, ended=6000), files)
    assert found[f"{AGENT}-0-r"] == Judgement()


def test_people_in_different_rooms_do_not_hear_each_other() -> None:
    agent = leg(AGENT, LegKind.AGENT, 0, 6000, span(0, 6000, "b"), rtp=0)
    citizen = leg(CALL, LegKind.CITIZEN, 0, 6000, span(0, 6000, "a"), rtp=300)
    found = talk(agent_said=padding(6000), call=six_seconds(citizen=citizen, agent=agent))
    assert found["agent-r"] == Judgement()


def test_segments_of_a_track_are_one_timeline_and_the_pause_between_them_is_no_gap() -> None:
    call = six_seconds(agent=leg(AGENT, LegKind.AGENT, 0, 6000, span(0, 6000), rtp=300))
    found = judge(
        call,
        [
            heard(CALL, Side.HEARD, AGENT_SAYS, kind=LegKind.CITIZEN),
            heard(AGENT, Side.SAID, tone(AGENT_TONE, 2800)),
            heard(AGENT, Side.SAID, tone(AGENT_TONE, 3000), start=3000),
        ],
    )
    assert all(one == Judgement() for one in found.values())


def test_a_segment_that_is_cut_is_the_one_that_is_marked() -> None:
    found = judge(
        six_seconds(rtp=None),
        [heard(AGENT, Side.SAID, tone(AGENT_TONE, 1000)), heard(AGENT, Side.SAID, tone(AGENT_TONE, 3000), start=3000)],
    )
    assert [found[f"{AGENT}-{start}-r"].gap_ms for start in (0, 3000)] == [1700, 0]


def test_a_late_recorder_is_a_gap() -> None:
    found = judge(six_seconds(rtp=None), [heard(AGENT, Side.SAID, tone(AGENT_TONE, 4000), start=2000)])
    only = found[f"{AGENT}-2000-r"]
    assert (only.gap_ms, whys(only)) == (2000, [Why.STARTED_LATE, Why.RTP_UNKNOWN])


def test_a_squeezed_file_is_not_compared_second_by_second_and_says_so() -> None:
    squeezed = tone(AGENT_TONE, 2000) + padding(2000)
    found = talk(agent_said=squeezed, rtp=None)["agent-r"]
    assert (found.gap_ms, found.lost_ms) == (2000, 0)
    assert whys(found) == [Why.SHORTER_THAN_LEG, Why.NOT_COMPARED, Why.RTP_UNKNOWN]


def test_what_the_log_does_not_know_is_said() -> None:
    nobody = judge(facts(ended=6000), [heard(AGENT, Side.SAID, AGENT_SAYS)])
    assert whys(nobody[f"{AGENT}-0-r"]) == [Why.LEG_UNKNOWN]
    endless = judge(
        facts(leg(AGENT, LegKind.AGENT, 0, None, rtp=300), ended=None), [heard(AGENT, Side.SAID, AGENT_SAYS)]
    )
    assert whys(endless[f"{AGENT}-0-r"]) == [Why.END_UNKNOWN]
