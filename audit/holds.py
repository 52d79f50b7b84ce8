"""How the rows of holds compare with what the chain tells of them. Pure; a hold without its release keeps the recording, whatever
the rows say.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from hotline1022.audit.types import Fault, Finding, ToldHold
from hotline1022.core.texts import one_form


def compare_holds(
    told: Mapping[str, tuple[int, ToldHold]], rows: Sequence[ToldHold], marked: AbstractSet[str]
) -> list[Finding]:
    """What is wrong with the rows; `marked`: recordings that the catalogue says are held."""
    there = {one.id: _as_told(one) for one in rows}
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


def _as_told(row: ToldHold) -> ToldHold:
    """The row with its texts as the chain has them: older rows have what was typed, in whatever form of Unicode."""
    letter, by, released_by = map(one_form, (row.letter, row.by, row.released_by))
    return replace(row, letter=letter, by=by, released_by=released_by)
