"""Answers to who may hear a recording: who is heard when, how loud, and some of them alone. Refuses the right of somebody else."""

from hotline1022.recordings.types import CopyKind, Survey
from hotline1022.web.copies_wire import (
    Format,
    MapView,
    PeaksView,
    SpanView,
    SpeakersBody,
    SpeakersView,
    SpeakerView,
    StretchView,
)
from hotline1022.web.listening import heard_of, origin_of
from hotline1022.web.listening_wire import ListenRight
from hotline1022.web.route import Ask

#: by format and whether it is levelled
KINDS = {
    (Format.WAV, False): CopyKind.WAV,
    (Format.MP3, False): CopyKind.MP3,
    (Format.OPUS, False): CopyKind.OPUS,
    (Format.WAV, True): CopyKind.WAV_LEVELLED,
    (Format.MP3, True): CopyKind.MP3_LEVELLED,
    (Format.OPUS, True): CopyKind.OPUS_LEVELLED,
}
MEDIA = {Format.WAV: "audio/wav", Format.MP3: "audio/mpeg", Format.OPUS: "audio/ogg"}


async def get_map(ask: Ask) -> MapView:
    """Who is heard when."""
    call, found = await _survey(ask, "map")
    stretches = tuple(StretchView(from_ms=one.from_ms, to_ms=one.to_ms, kind=one.kind) for one in found.stretches)
    return MapView(call=call, duration_ms=found.duration_ms, stretches=stretches)


async def get_peaks(ask: Ask) -> PeaksView:
    """How loud it is."""
    call, found = await _survey(ask, "peaks")
    return PeaksView(
        call=call,
        duration_ms=found.duration_ms,
        step_ms=found.step_ms,
        citizen=found.citizen,
        other=found.other,
    )


async def _survey(ask: Ask, what: str) -> tuple[str, Survey]:
    heard = await heard_of(ask)
    return heard.call, await ask.ports.listening.survey(heard, what, origin_of(ask))


async def get_speakers(ask: Ask) -> SpeakersView:
    """Who can be chosen, and how loud each is."""
    heard = await heard_of(ask)
    found = await ask.ports.listening.speaker_survey(heard, origin_of(ask))
    drawn = {one.key: one for one in found.speakers}
    views = [
        SpeakerView(
            key=one.key,
            kind=one.kind,
            side=one.voice,
            tracks=one.tracks,
            spans=tuple(SpanView(from_ms=start, to_ms=end) for start, end in one.spans),
            chosen=not heard.speakers or one.key in heard.speakers,
            sound_ms=drawn[one.key].sound_ms,
            from_ms=drawn[one.key].from_ms,
            peaks=drawn[one.key].peaks,
        )
        for one in await ask.ports.listening.speakers(heard)
        if one.key in drawn
    ]
    return SpeakersView(call=heard.call, duration_ms=found.duration_ms, step_ms=found.step_ms, speakers=tuple(views))


async def choose(ask: Ask) -> ListenRight:
    """A right to some of them."""
    wanted: SpeakersBody = ask.body
    return await ask.ports.listening.choose(await heard_of(ask), wanted.speakers, origin_of(ask), ask.ports.clock())
