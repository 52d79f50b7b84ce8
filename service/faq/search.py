"""Searches in published answers, in steps: the words side by side in a question, all of them in a question, all of them
anywhere, else some of them. Refuses nothing; a search that had no answer is noted, without numbers of anybody.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError
from hotline1022.db.unit import Database, Work
from hotline1022.faq.search import Query, best, in_question, noted, query_of
from hotline1022.faq.types import Asked, Found, Hit

#: pairs of words that are looked for where no answer has all the words
PAIRS = 8
log = logging.getLogger(__name__)


class FaqSearch:
    """faq.ports.Faq.search."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def search(self, asked: Asked) -> Found:
        """Best first; noted when no answer has all the words, and the last word is whole."""
        query = query_of(asked.words, typing=asked.typing)
        if not query.words:
            return Found(hits=())
        async with self._database.reading() as tx:
            ids, near = await self._ids(tx, query, asked)
            chosen = best(query, await tx.faq_find.candidates(ids), local_day(self._clock()))[: asked.limit]
            rows = await tx.faq_find.published([one.entry for one in chosen])
        now = self._clock()
        hits = tuple(
            Hit(
                entry=one.entry,
                agency=rows[one.entry][0],
                number=version.number,
                text=version.text,
                published_at=version.published_at or version.written_at,
                out_of_date=version.out_of_date(now),
            )
            for one in chosen
            if one.entry in rows and (version := rows[one.entry][1])
        )
        if not asked.typing and (near or not hits):
            await self._note(asked.words)
        return Found(hits=hits, near=near and bool(hits))

    async def _ids(self, tx: Work, query: Query, asked: Asked) -> tuple[list[str], bool]:
        """Entries among which the best are chosen, and whether none of them has all the words."""
        of, about = asked.agencies, asked.category
        found: dict[str, None] = {}
        steps = query.steps
        await tx.faq_find.count(key for keys in steps for key in keys)
        for keys in steps:
            found |= dict.fromkeys(await tx.faq_find.with_all(keys, of, about))
            if len(found) >= asked.limit:
                break
        if found or not query.pairs:
            return list(found), False
        return await tx.faq_find.with_some(in_question(query.pairs[:PAIRS]), of, about), True

    async def _note(self, words: str) -> None:
        folded, typed = noted(words)
        if not folded:
            return
        try:
            with by_the_service():  # who asks does not do anything: the list is ours
                async with self._database.transaction() as tx:
                    await tx.faq_find.miss(folded, typed, self._clock())
        except HotlineError as error:
            log.warning("a search without an answer is not noted: %s", error)
