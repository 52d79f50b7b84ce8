"""What the audit has about one thing. A call and its recording have one history, whichever of the two is asked for. Changes nothing."""

from collections.abc import Sequence

from hotline1022.audit.types import Entry
from hotline1022.db.holds import subject_of_recording
from hotline1022.db.originals import subject_of
from hotline1022.db.unit import Work
from hotline1022.recordings.types import Catalogued

#: what of a recording stands under its call, and what of it under its own id
_OF_A_RECORDING = frozenset({"call", "recording"})


def subjects_of(one: Catalogued) -> tuple[str, ...]:
    """What entries about this recording are about: its call, its id, and its call where it was named by that."""
    return subject_of(one.call), subject_of_recording(one.id), subject_of_recording(one.call)


async def history(tx: Work, subject: str, *, limit: int) -> Sequence[Entry]:
    """The last entries about one thing, oldest first; of `call:ID` and `recording:ID` those of both."""
    kind, _, name = subject.partition(":")
    found = await tx.catalogue.find(name) if kind in _OF_A_RECORDING else None
    subjects = {subject, *subjects_of(found)} if found else {subject}
    return await tx.audit.about(*sorted(subjects), limit=limit)
