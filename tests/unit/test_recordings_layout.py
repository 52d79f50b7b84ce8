"""The listening copy: everybody at his place on the call's clock, the same bytes each time, in little memory."""

import os
import tracemalloc
from array import array
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline1022.core.errors import NotFound, Refused
from hotline1022.core.events import LegKind
from hotline1022.recordings import jobs, wav
from hotline1022.recordings.copies import drop_others, make_copy, playable
from hotline1022.recordings.layout import Layout, Piece, plan, render
from hotline1022.recordings.names import from_ms
from hotline1022.recordings.reader import PlainFile
from hotline1022.recordings.types import CallFacts, CopyRow, Side, Status, TrackRow, Why
from tests.unit.recordings_world import (
    AGENT,
    AGENT_TONE,
    CALL,
    CITIZEN_TONE,
    MUSIC_TONE,
    SECOND_TONE,
    START,
    facts,
    file,
    leg,
    name,
    power,
    put,
    span,
    tone,
    two_agents,
)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


def filed(spool: Path, call: CallFacts) -> tuple[TrackRow, ...]:
    outcome = jobs.file_calls(spool, spool.parent / "recordings", [call])[0]
    assert isinstance(outcome, jobs.Filed)
    return outcome.filed.tracks


def copied(spool: Path, call: CallFacts, rows: tuple[TrackRow, ...], known: CopyRow | None = None) -> CopyRow:
    return make_copy(spool, spool.parent / "recordings", call, rows, known).row


def audio(data: bytes) -> bytes:
    """What is between the header and the marks."""
    return data[44 : 44 + int.from_bytes(data[40:44], "little")]


def sides(data: bytes) -> tuple[bytes, bytes]:
    samples = array("h", audio(data))
    return samples[0::2].tobytes(), samples[1::2].tobytes()


def second(pcm: bytes, number: int) -> bytes:
    """The middle of a second, away from its edges."""
    return pcm[(number * 1000 + 100) * 16 : (number * 1000 + 900) * 16]


def test_two_agents_after_each_other_are_where_the_clock_has_them(spool: Path) -> None:
    call = two_agents(spool)
    made = copied(spool, call, filed(spool, call))
    data = (spool.parent / "recordings" / made.path).read_bytes()
    assert wav.inspect(data, len(data)).condition is wav.Condition.OTHER_FORMAT  # stereo
    assert made.duration_ms == 6000 and len(audio(data)) == 6000 * 32 and made.notes == ()
    left, right = sides(data)
    expected = [MUSIC_TONE, AGENT_TONE, AGENT_TONE, MUSIC_TONE, SECOND_TONE, SECOND_TONE]
    for number, hertz in enumerate(expected):
        assert power(second(left, number), CITIZEN_TONE) > 0.95
        assert power(second(right, number), hertz) > 0.95


def test_the_same_originals_and_facts_make_the_same_bytes(spool: Path) -> None:
    call = two_agents(spool)
    rows = filed(spool, call)
    first = copied(spool, call, rows)
    path = spool.parent / "recordings" / first.path
    before = path.read_bytes()
    path.unlink()
    again = copied(spool, call, tuple(reversed(rows)), first)
    assert again == first and path.read_bytes() == before


def test_a_copy_that_is_there_and_right_is_not_made_again(spool: Path) -> None:
    call = two_agents(spool)
    rows = filed(spool, call)
    first = copied(spool, call, rows)
    stamp = (spool.parent / "recordings" / first.path).stat().st_mtime_ns
    assert copied(spool, call, rows, first) is first
    assert (spool.parent / "recordings" / first.path).stat().st_mtime_ns == stamp


def test_a_track_that_comes_later_makes_another_copy_and_the_old_one_goes(spool: Path) -> None:
    call = two_agents(spool)
    late = name(AGENT, LegKind.AGENT, Side.SAID, START + 1000)
    kept = (spool / late).read_bytes()
    (spool / late).unlink()
    first = copied(spool, call, filed(spool, call))
    put(spool, late, kept)
    second_copy = copied(spool, call, filed(spool, call), first)
    folder = (spool.parent / "recordings" / second_copy.path).parent
    kept_name = second_copy.path.rpartition("/")[2]
    assert second_copy.path != first.path
    assert len(list(folder.glob("*listen*"))) == 2, "the row may name the old one still"
    drop_others(spool, spool.parent / "recordings", call.call, kept_name)
    assert [path.name for path in folder.glob("*listen*")] == [kept_name]


def test_music_heard_on_hold_is_on_the_right(spool: Path) -> None:
    put(spool, name(CALL, LegKind.CITIZEN, Side.SAID), file(tone(CITIZEN_TONE, 3000)))
    ear = tone(AGENT_TONE, 1000) + tone(MUSIC_TONE, 1000) + tone(AGENT_TONE, 1000)
    put(spool, name(CALL, LegKind.CITIZEN, Side.HEARD), file(ear))
    said = tone(AGENT_TONE, 1000) + bytes(16000) + tone(AGENT_TONE, 1000)
    put(spool, name(AGENT, LegKind.AGENT, Side.SAID), file(said))
    call = facts(
        leg(CALL, LegKind.CITIZEN, 0, 3000, span(0, 3000)),
        leg(AGENT, LegKind.AGENT, 0, 3000, span(0, 3000), held=(span(1000, 2000),)),
        ended=3000,
    )
    made = copied(spool, call, filed(spool, call))
    _, right = sides((spool.parent / "recordings" / made.path).read_bytes())
    for number, hertz in enumerate((AGENT_TONE, MUSIC_TONE, AGENT_TONE)):
        assert power(second(right, number), hertz) > 0.95


def test_gaps_and_missing_files_are_noted(spool: Path) -> None:
    call = two_agents(spool)
    put(spool, name(AGENT, LegKind.AGENT, Side.SAID, START + 1000), file(tone(AGENT_TONE, 1000)))
    (spool / name("hl1-1795470208.60", LegKind.AGENT, Side.SAID, START + 4000)).write_bytes(b"torn")
    os.utime(spool / name("hl1-1795470208.60", LegKind.AGENT, Side.SAID, START + 4000), (1, 1))
    made = copied(spool, call, filed(spool, call))
    assert {note.why for note in made.notes} == {Why.SHORTER_THAN_LEG, Why.PIECE_LEFT_OUT}


def test_a_start_far_outside_the_call_is_pulled_in_and_told() -> None:
    far = row("a/far-r.wav", LegKind.AGENT, START + 10**9, 1000)
    early = row("a/early-r.wav", LegKind.CITIZEN, START - 60_000, 1000)
    layout = plan(facts(leg(CALL, LegKind.CITIZEN, 0, 2000), ended=2000), [far, early])
    assert [piece.start for piece in (*layout.left, *layout.right)] == [0, 16_000]
    assert layout.duration_ms == 3000
    assert [note.why for note in layout.notes] == [Why.PIECE_CLAMPED] * 2


def test_a_copy_ends_soon_after_its_last_audio_however_late_the_end_was_seen(spool: Path) -> None:
    """A call lost with Asterisk ends when Asterisk was first seen without it: the copy is not days of silence."""
    call = two_agents(spool)
    lost = replace(call, ended_at=call.entered_at + timedelta(days=5))
    made = copied(spool, lost, filed(spool, call))
    assert made.duration_ms == 8000
    data = (spool.parent / "recordings" / made.path).read_bytes()
    assert len(audio(data)) == 8000 * 32 and int.from_bytes(data[4:8], "little") == len(data) - 8
    assert "Bản sao, không phải bản gốc".encode() in data[44 + 8000 * 32 :]


def test_a_copy_of_half_a_day_is_refused_and_not_written(spool: Path) -> None:
    """Somebody set the clock during the call: its pieces lie days apart."""
    call = two_agents(spool)
    rows = filed(spool, call)
    far = replace(rows[0], segment_started_at=rows[0].segment_started_at + timedelta(days=5))
    lost = replace(call, ended_at=call.entered_at + timedelta(days=9))
    with pytest.raises(Refused) as caught:
        copied(spool, lost, (*rows[1:], far))
    assert caught.value.error_id == "recording-too-long" and "120.0 hours" in str(caught.value)
    assert not list((spool.parent / "recordings").rglob("*listen*"))


def test_a_call_without_any_audio_has_no_copy(spool: Path) -> None:
    call = facts(leg(CALL, LegKind.CITIZEN, 0, 1000), ended=1000)
    with pytest.raises(NotFound) as caught:
        copied(spool, call, filed(spool, call))
    assert caught.value.error_id == "recording-none"


def test_a_row_that_points_elsewhere_is_refused(spool: Path) -> None:
    call = two_agents(spool)
    filed(spool, call)
    with pytest.raises(Refused):
        copied(spool, call, (row("../../etc/passwd-r.wav", LegKind.CITIZEN, START, 1000),))


def test_an_hour_takes_no_more_memory_than_a_minute(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with path.open("wb") as out:
        out.write(wav.header(3600 * 8000))
        out.truncate(44 + 3600 * 16_000)
    whole = (Piece(path="long.wav", start=0, frames=3600 * 8000),)
    layout = Layout(left=whole, right=whole, frames=3600 * 8000)
    sizes = 0
    render_some = render(layout, lambda name: PlainFile(os.open(tmp_path / name, os.O_RDONLY)))
    for number, piece in enumerate(render_some):
        sizes += len(piece)
        if number == 5:  # pydub is loaded and the first buffers are there
            tracemalloc.start()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sizes == 44 + 3600 * 32_000 and most < 3_000_000


def row(path: str, kind: LegKind, start: int, ms: int, side: Side = Side.SAID) -> TrackRow:
    return TrackRow(
        id=path,
        call=CALL,
        channel=CALL,
        kind=kind,
        segment_started_at=from_ms(start),
        side=side,
        status=Status.STORED,
        path=path,
        sha256="",
        bytes=0,
        duration_ms=ms,
        gap_ms=0,
        lost_ms=0,
    )


STRETCH = st.tuples(st.integers(0, 9000), st.integers(1, 6000))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_layout_is_the_plain_sum_of_its_pieces(data: st.DataObject) -> None:
    """Against a model that adds samples one by one, without blocks or files."""
    wanted: list[list[Piece]] = [[], []]
    content: dict[str, array[int]] = {}
    model = [[0] * 80_000, [0] * 80_000]
    for side in (0, 1):
        for number in range(data.draw(st.integers(0, 3), label="pieces")):
            start, frames = data.draw(STRETCH, label="stretch")
            value = data.draw(st.integers(-32768, 32767), label="value")
            only = None
            if data.draw(st.booleans(), label="cut"):
                first = data.draw(st.integers(start, start + frames - 1), label="first")
                only = ((first, data.draw(st.integers(first + 1, start + frames), label="after")),)
            path = f"{side}{number}"
            there = data.draw(st.integers(0, frames), label="there")  # the file may be shorter than its row says
            content[path] = array("h", [value] * there)
            wanted[side].append(Piece(path=path, start=start, frames=frames, only=only))
            first, after = only[0] if only else (start, start + frames)
            for at in range(first, min(after, start + there)):
                model[side][at] = max(-32768, min(32767, model[side][at] + value))
    frames = data.draw(st.integers(0, 15_000), label="frames")
    layout = Layout(left=tuple(wanted[0]), right=tuple(wanted[1]), frames=frames)

    def opened(path: str) -> PlainFile:
        fd = os.memfd_create(path)
        os.write(fd, wav.header(len(content[path])) + content[path].tobytes())
        return PlainFile(fd)

    import hotline1022.recordings.layout as subject

    block, subject.BLOCK = subject.BLOCK, data.draw(st.sampled_from([1, 977, 4000, 32_000]), label="block")
    if subject.BLOCK == 1:
        subject.BLOCK = max(1, frames // 50)
    try:
        pieces = list(render(layout, opened))
    finally:
        subject.BLOCK = block
    left, right = sides(b"".join(pieces))
    assert pieces[0] == wav.header(frames, channels=2)
    assert array("h", left).tolist() == model[0][:frames]
    assert array("h", right).tolist() == model[1][:frames]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 3000)), max_size=4),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 3000)), max_size=3),
    st.integers(0, 3000),
)
def test_what_the_citizen_hears_alone_is_laid_out_exactly_then(
    joined: list[tuple[int, int]], held: list[tuple[int, int]], start: int
) -> None:
    call = facts(
        leg(CALL, LegKind.CITIZEN, 0, 6000, *(span(first, first + ms) for first, ms in joined)),
        leg(AGENT, LegKind.AGENT, 0, 6000, held=tuple(span(first, first + ms) for first, ms in held)),
        ended=6000,
    )
    layout = plan(call, [row("ear", LegKind.CITIZEN, START + start, 3000, Side.HEARD)])
    taken = {ms for piece in layout.right for first, after in piece.only or () for ms in range(first // 8, after // 8)}
    for ms in range(0, 6500, 7):
        alone = not any(first <= ms < first + length for first, length in joined)
        on_hold = any(first <= ms < first + length for first, length in held)
        inside = start <= ms < start + 3000
        assert (ms in taken) is (inside and (alone or on_hold)), ms


def test_a_player_gets_the_repaired_copy(spool: Path) -> None:
    put(spool, name(CALL, LegKind.CITIZEN, Side.SAID), bytes(44) + tone(CITIZEN_TONE, 500), age=90)
    rows = filed(spool, facts(leg(CALL, LegKind.CITIZEN, 0, 500), ended=500))
    root = spool.parent / "recordings"
    path = next(row.path for row in rows if row.path)
    assert playable(root, path) == path.replace("-r.wav", "-r.repaired.wav")
    (root / playable(root, path)).unlink()
    assert playable(root, path) == path
