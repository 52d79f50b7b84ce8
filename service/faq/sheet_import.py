"""Questions and answers out of an .xlsx file, with a report of each row. Refuses to write what was only to be tried; wrong rows
and questions that the agency has already are left out, so that a mended file is taken in once more as it is.

The file is read in a thread, one at a time: unpacking and parsing take seconds where a file is made to.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from secrets import token_hex

from hotline1022.core.errors import Refused
from hotline1022.core.folding import fold
from hotline1022.db.unit import Database, Work
from hotline1022.faq.rules import moved, new_entry, problems_of, text_of, with_version, written
from hotline1022.faq.sheet import Read, texts_of
from hotline1022.faq.types import Author, Entry, Move, Report, RowReport, Said


class FaqImport:
    """faq.ports.Faq.take_in."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._one_at_a_time = asyncio.Lock()
        #: a task that nobody holds may vanish
        self._reading: set[asyncio.Task[list[Read]]] = set()

    async def take_in(
        self,
        agency: str,
        data: bytes,
        by: Author,
        at: datetime,
        *,
        categories: Mapping[str, str],
        dry_run: bool,
        propose: bool,
    ) -> Report:
        """What became of each row, or would. Invalid `sheet-…`."""
        rows = await self._read(data, categories)
        if dry_run:
            async with self._database.reading() as tx:
                made = await _made(tx, agency, rows, by, at, propose)
        else:
            async with self._database.transaction() as tx:
                made = await _made(tx, agency, rows, by, at, propose)
                await tx.faq.add(*(entry for _, entry in made if entry is not None))
        return Report(rows=tuple(row for row, _ in made), written=not dry_run)

    async def _read(self, data: bytes, categories: Mapping[str, str]) -> list[Read]:
        """One at a time, also where whoever asked is gone: a thread cannot be stopped, and several would take all processors."""
        await self._one_at_a_time.acquire()
        reading = asyncio.create_task(asyncio.to_thread(_rows, data, categories))
        self._reading.add(reading)
        reading.add_done_callback(self._done)
        return await asyncio.shield(reading)

    def _done(self, reading: asyncio.Task[list[Read]]) -> None:
        self._reading.discard(reading)
        self._one_at_a_time.release()


def _rows(data: bytes, categories: Mapping[str, str]) -> list[Read]:
    # its library takes a while to load, and most commands never need it
    from hotline1022.service.faq.sheet_read import read_xlsx

    return texts_of(read_xlsx(data), categories)


async def _made(
    tx: Work, agency: str, rows: list[Read], by: Author, at: datetime, propose: bool
) -> list[tuple[RowReport, Entry | None]]:
    known = set(await tx.faq.has(agency, {fold(one.text.question) for one in rows}))
    made: list[tuple[RowReport, Entry | None]] = []
    for one in rows:
        report, entry = _row(agency, one, by, at, propose)
        folded = fold(one.text.question)
        if entry is not None and folded in known:
            report, entry = replace(report, said=Said.THERE), None
        known |= {folded} if entry is not None else set()
        made.append((report, entry))
    return made


def _row(agency: str, one: Read, by: Author, at: datetime, propose: bool) -> tuple[RowReport, Entry | None]:
    problems = {**one.problems, **problems_of(one.text)}
    question = one.text.question[:300]
    if not problems:
        entry = new_entry(token_hex(8), agency, written(None, text_of(one.text), by, at), at)
        try:
            if propose:
                entry = with_version(entry, moved(entry, Move.PROPOSE, "", by, at), at)
            return RowReport(row=one.row, said=Said.NEW, question=question), entry
        except Refused as error:
            problems[error.error_id] = str(error)
    return RowReport(row=one.row, said=Said.WRONG, question=question, problems=problems), None
