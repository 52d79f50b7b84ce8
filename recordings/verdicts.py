"""From checked files to verdicts on whole recordings. Refuses to call a recording sound before all its files were looked at."""

from collections.abc import Sequence

from hotline1022.recordings.names import parse_name
from hotline1022.recordings.ports import StateBook
from hotline1022.recordings.types import Judged, StoredFile, Verdict


class Verdicts:
    """Takes files in the order of their paths, so that those of a call follow each other, and tells the catalogue."""

    def __init__(self, book: StateBook) -> None:
        self._book = book
        self._checked: dict[str, int] = {}
        self._wrong: dict[str, list[str]] = {}
        self._recordings = 0
        self._judged = Judged()

    async def take(self, files: Sequence[StoredFile], wrong: frozenset[str]) -> None:
        """These files were checked; `wrong` are the paths of those that are not as they were stored."""
        for file in files:
            one = parse_name(file.path.rpartition("/")[2])
            if one is None:  # a copy: it can be made again, and says nothing about the original
                continue
            self._checked[one.call] = self._checked.get(one.call, 0) + 1
            if file.path in wrong:
                self._wrong.setdefault(one.call, []).append(file.path)
        # the last one may go on in the next portion
        await self._tell(list(self._checked)[:-1])

    async def end(self) -> Judged:
        """All files were checked; what changed."""
        await self._tell(list(self._checked))
        await self._book.judged_all(self._recordings, self._judged)
        return self._judged

    async def _tell(self, calls: Sequence[str]) -> None:
        if not calls:
            return
        verdicts = [
            Verdict(call=call, checked=self._checked.pop(call), wrong=tuple(self._wrong.pop(call, ())))
            for call in calls
        ]
        found = await self._book.judge(verdicts)
        self._recordings += len(verdicts)
        self._judged = Judged(
            verified=self._judged.verified + found.verified, damaged=(*self._judged.damaged, *found.damaged)
        )
