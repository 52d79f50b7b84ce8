"""How the rows of a call's originals and copies compare with what its last entries tell of them. Pure; reads no file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hotline1022.audit.types import Copy, Entry, Facts, Fault, Finding, Original, facts_of, originals_of


def compare(entry: Entry, there: Sequence[Original], facts: Facts | None) -> list[Finding]:
    """The rows of the call against its last entry. `facts`: the first events of today, as many as the entry counts;
    None where the stored history has fewer.
    """
    try:
        wanted, told = originals_of(entry), facts_of(entry)
    except (KeyError, TypeError, ValueError) as error:
        text = f"entry {entry.seq} about {entry.subject} cannot be read: {error}"
        return [Finding(fault=Fault.CHANGED, seq=entry.seq, text=text)]
    found = _rows(entry.seq, wanted, {one.id: one for one in there})
    if facts != told:
        text = f"the history of {entry.subject} is not what entry {entry.seq} says"
        found.append(Finding(fault=Fault.FACTS, seq=entry.seq, name=entry.subject, text=text))
    return found


def added(there: Sequence[Original]) -> list[Finding]:
    """Rows of which no entry tells at all."""
    return [_finding(Fault.ROW_ADDED, 0, one.id, f"no entry tells of the row {one.id}") for one in there]


def compare_copy(seq: int, call: str, told: Copy, there: Copy) -> list[Finding]:
    """The row of a copy against the last entry of its making."""
    if there == told:
        return []
    names = [name for name in Copy.__slots__ if getattr(told, name) != getattr(there, name)]
    text = f"the row of the copy {there.kind} of call {call} is not what entry {seq} says: {', '.join(names)}"
    return [_finding(Fault.ROW_CHANGED, seq, there.name, text)]


def _rows(seq: int, wanted: Mapping[str, Original], there: Mapping[str, Original]) -> list[Finding]:
    found: list[Finding] = []
    for id in sorted({*wanted, *there}):
        told, row = wanted.get(id), there.get(id)
        if row is None:
            found.append(_finding(Fault.ROW_DELETED, seq, id, f"the row {id} is gone; entry {seq} tells of it"))
        elif told is None:
            found.append(_finding(Fault.ROW_ADDED, seq, id, f"entry {seq} does not tell of the row {id}"))
        elif row != told:
            found.append(_changed(seq, told, row, wanted))
    return found


def _changed(seq: int, told: Original, row: Original, wanted: Mapping[str, Original]) -> Finding:
    """Contents that another row should have were exchanged; others were changed."""
    for other in wanted.values():
        if other.id != row.id and replace(other, id=row.id) == row:
            text = f"the row {row.id} has what entry {seq} says of {other.id}"
            return _finding(Fault.ROW_SWAPPED, seq, row.id, text)
    names = [name for name in Original.__slots__ if getattr(told, name) != getattr(row, name)]
    text = f"the row {row.id} is not what entry {seq} says: {', '.join(names)}"
    return _finding(Fault.ROW_CHANGED, seq, row.id, text)


def _finding(fault: Fault, seq: int, name: str, text: str) -> Finding:
    return Finding(fault=fault, seq=seq, name=name, text=text)
