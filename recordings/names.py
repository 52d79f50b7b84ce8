"""Spool names, both ways; refuses everything that Asterisk was not told to write. Pure.

`<call>~<channel>~<kind>~<start ms>-r.wav`, `…-t.wav` and `<call>~<channel>~voicemail~<start ms>.wav`.
"""

import re
from datetime import UTC, date, datetime, timedelta

from hotline1022.core.clock import local_day
from hotline1022.core.errors import Invalid
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings.types import CopyKind, Side, SpoolFile

#: Asterisk's unique id with the system name: `hl1-1795470208.58`.
_UNIQUE = r"(?:[A-Za-z0-9][A-Za-z0-9_-]{0,39}-)?[0-9]{9,11}\.[0-9]{1,10}"
#: of originals: Asterisk's, and those of another PBX
ENDINGS = ("wav", "gsm", "ulaw", "alaw", "mp3", "opus", "ogg", "flac", "au", "bin")
_KINDS = "|".join(kind.value for kind in LegKind)
_NAME = re.compile(
    rf"({_UNIQUE})~({_UNIQUE})~(?:({_KINDS})~([0-9]{{13}})-([rt])|voicemail~([0-9]{{13}}))\.({'|'.join(ENDINGS)})"
)
_CALL = re.compile(_UNIQUE)
_UNFINISHED = re.compile(r"\.{1,2}([^.].*?)(?:\.reseal\.part|\.reseal|\.part)")
_MADE_COPY = re.compile(r"~listen-[0-9a-f]{12}\.wav")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_name(name: str) -> SpoolFile | None:
    """What a spool name says, or None if it is not one of ours."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    call, channel, kind, started, side, voicemail, ending = match.groups(default="")
    return SpoolFile(
        call=CallId(ChannelId(call)),
        channel=ChannelId(channel),
        kind=LegKind(kind) if kind else None,
        started_ms=int(started or voicemail),
        side=Side(side) if side else None,
        ending=ending,
    )


def stem(file: SpoolFile) -> str:
    """The name without `-r.wav`, `-t.wav` or `.wav`."""
    kind = "voicemail" if file.kind is None else file.kind.value
    return f"{file.call}~{file.channel}~{kind}~{file.started_ms:013d}"


def row_id(file: SpoolFile) -> str:
    """The id of the file's row: its name without its ending."""
    return stem(file) if file.side is None else f"{stem(file)}-{file.side.value}"


def format_name(file: SpoolFile) -> str:
    """The spool name; raises Invalid if it would not be read back as the same."""
    name = f"{row_id(file)}.{file.ending}"
    if parse_name(name) != file:
        raise Invalid(f"{name!r} cannot be a recording's name", error_id="recording-name")
    return name


def repaired_name(name: str) -> str:
    """Where the repaired copy of an original lies, beside it. Not a spool name."""
    return name.removesuffix(".wav") + ".repaired.wav"


def original_name(name: str) -> str | None:
    """The original of a repaired copy, or None if the name is not that of a repaired copy of one of ours."""
    if not name.endswith(".repaired.wav"):
        return None
    original = name.removesuffix(".repaired.wav") + ".wav"
    return original if parse_name(original) else None


def copy_name(call: CallId, fingerprint: str) -> str:
    """The listening copy's name in its call's folder: another one when the copy would be another. Not a spool name."""
    return f"{call}~listen-{fingerprint}.wav"


def is_copy(call: CallId, name: str) -> bool:
    """Whether this is the name of a listening copy of the call, or of one that was never finished."""
    return name.removeprefix(".").startswith(f"{call}~listen-") and name.removesuffix(".part").endswith(".wav")


def is_made_copy(call: str, name: str) -> bool:
    """Whether this is exactly a name that `copy_name` gives, or that of such a file that was never finished, or never got its
    name when it was sealed anew.
    """
    whole = unfinished(name) or name
    return whole.startswith(call) and _MADE_COPY.fullmatch(whole[len(call) :]) is not None


def derived_name(call: CallId, kind: CopyKind, fingerprint: str, ending: str) -> str:
    """Name of a copy in the cache: says what it is to whoever finds it."""
    return f"{call}~ban-sao-{kind.value}-{fingerprint}.{ending}"


def valid_call(call: str) -> bool:
    """Whether this can be a call's id."""
    return _CALL.fullmatch(call) is not None


def call_day(call: CallId) -> date:
    """The day in the province on which the call began, from the id alone: the same whoever asks, and when."""
    if not valid_call(call):
        raise Invalid(f"{call!r} is not a call's id", error_id="call-id")
    seconds = int(call.rpartition("-")[2].partition(".")[0])
    return local_day(_EPOCH + timedelta(seconds=seconds))


def folder_parts(call: CallId) -> tuple[str, str, str, str]:
    """The call's folder below the recordings folder: year, month, day, call."""
    day = call_day(call)
    return (f"{day.year:04d}", f"{day.month:02d}", f"{day.day:02d}", call)


def unfinished(name: str) -> str:
    """The file that `.NAME.reseal`, `..NAME.reseal.part` or `.NAME.part` was going to be; "" for any other name."""
    match = _UNFINISHED.fullmatch(name)
    return "" if match is None else match[1]


def sealed_anew(name: str) -> str:
    """The original, or its repaired copy, of which this is the new file that waits for its name; "" for any other name."""
    whole = unfinished(name) if name.endswith((".reseal", ".reseal.part")) else ""
    return whole if parse_name(whole) or original_name(whole) else ""


def call_of(path: str) -> str:
    """The call in whose folder a stored file lies, by its path below the recordings folder."""
    return path.rpartition("/")[0].rpartition("/")[2]


def from_ms(ms: int) -> datetime:
    """Milliseconds since 1970 as aware UTC, exactly."""
    return _EPOCH + timedelta(milliseconds=ms)


def to_ms(at: datetime) -> int:
    """Aware time as milliseconds since 1970, cut, exactly."""
    return (at - _EPOCH) // timedelta(milliseconds=1)
