"""Who may hear which recording for which reason, and which ranges were sent. Refuses to forget a range before the chain has it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import case, insert, select, update

from hotline1022.db.sql import Repository, build, picker
from hotline1022.db.tables_listening import listening, listening_range


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """One reason to hear one thing, and the right to it."""

    id: str
    #: SHA-256 of the key by which it is played; None: it was exported
    key_sha256: str | None = field(repr=False)
    #: whose right it is; "" = by the command line
    token_id: str
    actor: str
    #: from where it was asked for
    origin: str
    recording_id: str
    call_id: str
    #: `stereo`, `track`, `voicemail`, `originals`
    what: str
    #: the kind of copy, or the id of the track or message
    name: str
    reason: str
    #: what it is about, in people's words: never in the chain, which is kept for ever
    words: str
    asked_at: datetime
    expires_at: datetime | None
    #: of the file, below its folder
    path: str
    sha256: str
    bytes: int
    duration_ms: int
    #: when the first byte was about to be sent
    played_at: datetime | None
    #: of a stereo copy: keys of those who alone are heard, with blanks between; "" = all
    speakers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRange:
    """Bytes that were sent, or may have been: written down before they are."""

    id: int
    listening_id: str
    #: to where
    origin: str
    at: datetime
    first: int
    after: int
    #: up to here the chain has it
    noted: int


_values = picker(Listening)


class ListeningRepository(Repository):
    """Reasons, rights, ranges."""

    async def add(self, one: Listening) -> None:
        """Write down a right."""
        await self._connection.execute(insert(listening), [_values(one)])

    async def of_key(self, key_sha256: str) -> Listening | None:
        """The right of this key; None when there is none."""
        return await self._one(key_sha256, listening.c.key_sha256)

    async def get(self, id: str) -> Listening | None:
        """One by its id."""
        return await self._one(id, listening.c.id)

    async def words_of(self, ids: Sequence[str]) -> dict[str, str]:
        """What these were about, in people's words."""
        query = select(listening.c.id, listening.c.words).where(listening.c.id.in_(ids))
        return {id: words for id, words in await self._connection.execute(query)}

    async def begun(self, id: str, at: datetime) -> bool:
        """Note that it is played; whether this is the first time."""
        done = await self._connection.execute(
            update(listening).where(listening.c.id == id, listening.c.played_at.is_(None)).values(played_at=at)
        )
        return bool(done.rowcount)

    async def sending(self, id: str, origin: str, at: datetime, first: int, after: int) -> int:
        """Write down that these bytes are about to be sent; the range's id."""
        row = {"listening_id": id, "origin": origin, "at": at, "first": first, "after": after, "noted": first}
        done = await self._connection.execute(insert(listening_range).returning(listening_range.c.id), row)
        number: int = done.scalar_one()
        return number

    async def extend(self, range_id: int, after: int) -> None:
        """It is about to go on to there."""
        row = update(listening_range).where(listening_range.c.id == range_id, listening_range.c.after < after)
        await self._connection.execute(row.values(after=after))

    async def ended(self, range_id: int, after: int) -> None:
        """No more than this was sent; what the chain has already stays."""
        kept = case((listening_range.c.noted > after, listening_range.c.noted), else_=after)
        await self._connection.execute(
            update(listening_range).where(listening_range.c.id == range_id).values(after=kept)
        )

    async def unnoted(self, limit: int = 1000) -> Sequence[SentRange]:
        """Ranges of which the chain does not know all, oldest first."""
        wanted = select(listening_range).where(listening_range.c.noted < listening_range.c.after)
        rows = await self._connection.execute(wanted.order_by(listening_range.c.id).limit(limit))
        return [build(SentRange, row) for row in rows.mappings()]

    async def noted(self, ranges: Sequence[SentRange]) -> None:
        """The chain has them as they are here."""
        for one in ranges:
            here = update(listening_range).where(listening_range.c.id == one.id)
            # it may have ended shorter since it was read: then that is all
            longer = case((listening_range.c.after < one.after, listening_range.c.after), else_=one.after)
            await self._connection.execute(here.values(noted=longer))

    async def _one(self, value: str, column: object) -> Listening | None:
        row = (await self._connection.execute(select(listening).where(column == value))).mappings().one_or_none()  # type: ignore[arg-type]
        return None if row is None else build(Listening, row)
