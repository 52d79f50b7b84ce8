"""The sweep of the spool: what lies there although nobody records into it any more. Deletes nothing."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings import jobs
from hotline1022.recordings.files import space
from hotline1022.recordings.names import parse_name
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.ports import CallBook, Channels
from hotline1022.recordings.tell import Teller
from hotline1022.recordings.types import CallFacts, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one look through the spool found."""

    #: calls whose channels are gone: to be filed
    ended: tuple[CallFacts, ...] = ()
    #: calls that are still on the phone
    live: tuple[CallId, ...] = ()
    #: calls that the log does not know (yet); their files wait
    unknown: tuple[CallId, ...] = ()
    #: new names of what was put aside
    aside: tuple[str, ...] = ()


class Sweep:
    """Looks through the spool."""

    def __init__(
        self, *, spool: Path, root: Path, book: CallBook, channels: Channels, pool: HeavyPool, tell: Teller
    ) -> None:
        self._spool, self._root = spool, root
        self._book, self._channels = book, channels
        self._pool = pool
        self._tell = tell
        #: put aside since the start
        self.quarantined = 0
        #: files and bytes that lie in the quarantine, from earlier starts too
        self.aside = (0, 0)

    async def once(self, *, older_than: float, leave: Collection[CallId], most: int) -> Swept:
        """One look; calls in `leave` are in work already; at most `most` calls are taken up."""
        try:
            names = await self._pool.run(jobs.scan, self._spool, older_than=older_than)
            await self._disk()
            self.aside = await self._pool.run(jobs.set_aside, self._spool)
        except (Unavailable, OSError) as error:
            self._tell.once(Why.FAILED, "spool", f"the spool cannot be looked through: {error}")
            return Swept()
        self._tell.again(Why.FAILED, "spool")
        ours: defaultdict[CallId, set[ChannelId]] = defaultdict(set)
        foreign = []
        for name in names:
            file = parse_name(name)
            if file is None:
                foreign.append(name)
            else:
                ours[file.call].add(file.channel)
        text = "it is not the name of a recording; it was put aside, look who put it there"
        aside = await self.put_aside(foreign, Why.QUARANTINED, text)
        return await self._calls({call: ours[call] for call in ours if call not in leave}, most, aside)

    async def _calls(self, calls: dict[CallId, set[ChannelId]], most: int, aside: tuple[str, ...]) -> Swept:
        ended: list[CallFacts] = []
        live: list[CallId] = []
        unknown: list[CallId] = []
        for call, channels in calls.items():
            if len(ended) >= most:
                break
            try:
                if await self._live(call, channels):
                    live.append(call)
                    continue
                facts = await self._book.facts(call)
            except Unavailable as error:
                # without knowing who is on the phone nothing is touched
                self._tell.once(Why.FAILED, "sweep", f"the sweep of the spool waits: {error}")
                return Swept(ended=tuple(ended), live=tuple(live), unknown=tuple(unknown), aside=aside)
            if facts is None:
                unknown.append(call)
                text = "the call log does not know this call; its recordings wait in the spool"
                self._tell.once(Why.CALL_UNKNOWN, call, text)
            else:
                ended.append(facts)
        self._tell.again(Why.FAILED, "sweep")
        return Swept(ended=tuple(ended), live=tuple(live), unknown=tuple(unknown), aside=aside)

    async def _live(self, call: CallId, channels: Collection[ChannelId]) -> bool:
        """Whether the citizen or anybody with a file here is still on the phone."""
        for channel in dict.fromkeys((call, *sorted(channels))):
            if await self._channels.is_live(channel):
                return True
        return False

    async def _disk(self) -> None:
        for name, folder in (("spool", self._spool), ("recordings", self._root)):
            found = await self._pool.run(space, folder)
            if found.low:
                text = f"only {found.free // 1_000_000} MB are free for {name}; audio is lost when the disk is full"
                self._tell.once(Why.DISK_LOW, name, text)
            else:
                self._tell.again(Why.DISK_LOW, name)

    async def put_aside(self, names: Sequence[str], why: Why, text: str) -> tuple[str, ...]:
        """Move spool entries into the quarantine and say so; returns their new names, () if that failed."""
        if not names:
            return ()
        try:
            aside = await self._pool.run(jobs.quarantine, self._spool, self._root, names)
        except (HotlineError, OSError) as error:
            self._tell.once(Why.FAILED, names[0], f"it could not be put aside: {error}")
            return ()
        self.quarantined += len(aside)
        for name, now in zip(names, aside, strict=True):
            self._tell.once(why, name, f"{text} (now {now})")
        return aside
