"""From a record of another PBX to a call of ours: its id, its history, its row. Pure; invents no time that is not known."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from hotline1022.core import events as e
from hotline1022.core.call import Call, fold
from hotline1022.core.errors import Invalid
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.rows import call_row, event_row, leg_rows
from hotline1022.db.types import Batch
from hotline1022.recordings.importing import Examined
from hotline1022.recordings.names import to_ms
from hotline1022.service.calls.log_store import e164
from hotline1022.service.importing.table import Record

#: begins the ids of imported calls; no hotline can have it as its system name
PREFIX = "import"
_NUMBERS = 10**10


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A call of another PBX as ours."""

    call: Call
    batch: Batch
    #: of its one original, without the ending
    stem: str


def imported(record: Record, path: str, examined: Examined) -> Imported:
    """The call of a record and its file: the same ones give the same call, and no other one's id.

    `path` is the file's, relative to the folder that is imported.
    """
    if record.at is None:
        raise Invalid(f"line {record.line} has no time", error_id="import-time")
    number = int(hashlib.sha256(f"{path}\0{examined.sha256}".encode()).hexdigest()[:12], 16) % _NUMBERS
    seconds = int(record.at.timestamp())
    own = ChannelId(f"{PREFIX}-{seconds}.{number}")
    other = ChannelId(f"{PREFIX}-{seconds}.{(number + 1) % _NUMBERS}")
    call = CallId(own)
    length = timedelta(milliseconds=record.duration_ms or examined.duration_ms)
    end = record.at + length
    # recorders of other exchanges run to the end of the call, and begin with its answer
    began = end - min(length, timedelta(milliseconds=examined.duration_ms))
    stem = f"{call}~{own}~{e.LegKind.CITIZEN.value}~{to_ms(began):013d}"
    history: list[e.Event] = [
        e.CallEntered(at=record.at, call=call, channel=own, did=record.called, caller=record.caller, sent=record.sent),
        e.LegAnswered(at=record.at, call=call, channel=own),
        e.TrackStarted(at=began, call=call, channel=own, kind=e.LegKind.CITIZEN, file=stem),
    ]
    if record.talk_ms != 0:
        history += [
            e.LegStarted(at=began, call=call, channel=other, kind=e.LegKind.AGENT, party=record.agent),
            e.LegAnswered(at=began, call=call, channel=other),
            e.Joined(at=began, call=call, channel=own, bridge=PREFIX),
            e.Joined(at=began, call=call, channel=other, bridge=PREFIX),
            e.LegEnded(at=end, call=call, channel=other, cause=16),
        ]
    history.append(e.LegEnded(at=end, call=call, channel=own, cause=16))
    whole = fold(history)
    assert whole is not None
    row = call_row(whole, version=len(history), backfilled=True, caller_e164=e164(whole.caller))
    events = tuple(event_row(event, seq) for seq, event in enumerate(history))
    return Imported(call=whole, batch=Batch(calls=(row,), legs=leg_rows(whole), events=events), stem=stem)
