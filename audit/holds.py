"""Holds as the chain tells of them, and how their rows compare with that. Pure; a hold without its release keeps the recording,
whatever the rows say.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from hotline1022.audit.types import Entry, Fault, Finding, Kind

_RECORDING = "recording:"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldHold:
    """One hold; a row of the database says the same."""

    id: str
    #: id of the catalogue
    recording: str
    letter: str
    since: datetime
    by: str
    released_at: datetime | None = None
    released_by: str = ""


def subject_of_recording(recording: str) -> str:
    """The subject of entries about a recording by its id."""
    return f"{_RECORDING}{recording}"


def told_of(entries: Iterable[Entry]) -> dict[str, tuple[int, ToldHold]]:
    """All holds that entries tell of, in their order, by id, each with the number of its last entry. A release ends a hold of
    the same recording alone.
    """
    found: dict[str, tuple[int, ToldHold]] = {}
    for one in entries:
        hold, recording = str(one.detail.get("hold", "")), one.subject.removeprefix(_RECORDING)
        if one.kind == Kind.RECORDING_HELD:
            letter = str(one.detail.get("letter", ""))
            made = ToldHold(id=hold, recording=recording, letter=letter, since=one.at, by=one.actor)
            found.setdefault(hold, (one.seq, made))
        elif one.kind == Kind.RECORDING_RELEASED and hold in found and found[hold][1].recording == recording:
            ended = replace(found[hold][1], released_at=one.at, released_by=one.actor)
            found[hold] = (one.seq, ended)
    return found


def compare_holds(
    told: Mapping[str, tuple[int, ToldHold]], rows: Sequence[ToldHold], marked: AbstractSet[str]
) -> list[Finding]:
    """What is wrong with the rows; `marked`: recordings that the catalogue says are held."""
    there = {one.id: one for one in rows}
    found = []
    for id, (seq, one) in told.items():
        about = f"the hold {id} (letter {one.letter}) on recording {one.recording}"
        if id not in there:
            text = f"entry {seq} tells of {about}; the database has it no more"
            found.append(Finding(fault=Fault.HOLD_DELETED, seq=seq, name=id, text=text))
        elif there[id] != one:
            text = f"the row of {about} is not what entry {seq} says"
            found.append(Finding(fault=Fault.HOLD_CHANGED, seq=seq, name=id, text=text))
    for id in sorted(there.keys() - told.keys()):
        text = f"no entry tells of the hold {id} on recording {there[id].recording}"
        found.append(Finding(fault=Fault.HOLD_ADDED, seq=0, name=id, text=text))
    held = {one.recording for _, one in told.values() if one.released_at is None}
    for recording in sorted(held ^ marked):
        said, tells = ("free", "is held") if recording in held else ("held", "is not")
        text = f"the catalogue says that recording {recording} is {said}; by the chain it {tells}"
        found.append(Finding(fault=Fault.HELD_CHANGED, seq=0, name=recording, text=text))
    return found
