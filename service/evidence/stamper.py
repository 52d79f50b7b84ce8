"""Has the chain's head stamped outside each day after midnight, and rings until that works. Refuses to hold anything up: what
fails is tried again.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rfc3161_client import TimeStampResponse

from hotline1022.audit.nights import ahead
from hotline1022.audit.stamps import SUFFIX, as_file, fingerprint, signed, statement, vouched
from hotline1022.audit.types import Fact, Head, Kind, Stamp
from hotline1022.core.clock import is_over, to_come, utc_now
from hotline1022.core.errors import HotlineError, Refused, Unavailable
from hotline1022.core.said import said
from hotline1022.core.words import words
from hotline1022.db.unit import Database, Work
from hotline1022.notify.types import Channel, NewMessage, RecipientKind
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.apart import apart
from hotline1022.service.evidence.filing_list import list_filings
from hotline1022.service.evidence.nights import LATE_ALARM
from hotline1022.service.evidence.stamp_key import ensure_key
from hotline1022.service.evidence.tsa import Authority, read_roots
from hotline1022.service.settings.secrets import write_once
from hotline1022.service.settings.tree import Settings

log = logging.getLogger(__name__)

#: seconds between two looks at the calendar
EVERY = 30.0
#: seconds until the next try after a failure: doubled up to the second
AGAIN, MOST = 60.0, 3600.0
#: seconds that writing into the second place may take: a share may hang
PLACE_SECONDS = 60.0


class Vouching(Protocol):
    """A time-stamping authority."""

    #: certificates that are trusted
    roots: list[x509.Certificate]

    async def vouch(self, statement: bytes) -> TimeStampResponse:
        """Its answer, checked."""
        ...


class Stamper:
    """Stamps; `stamper_of` makes one from the settings."""

    def __init__(
        self,
        database: Database,
        bell: AlarmBell,
        *,
        key: Callable[[], Ed25519PrivateKey],
        authority: Vouching | None,
        folder: Path,
        mail_to: str = "",
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database, self._bell = database, bell
        self._key, self._authority = key, authority
        self._folder, self._mail_to, self._clock = folder, mail_to, clock

    async def stamp(self) -> Stamp:
        """Have the head stamped now, and written down here and in the second place. Refused `chain-empty`."""
        at = self._clock()
        head = await list_filings(self._database, at)
        if not head.seq:
            raise Refused("the chain has no entry yet; there is nothing to stamp", error_id="chain-empty")
        made = await self._made(head, at)
        mail = (f"mail:{self._mail_to}",) if self._mail_to else ()
        made = replace(made, sent_to=(f"file:{made.name}{SUFFIX}", *mail))
        await self._put_away(made)
        async with self._database.transaction() as tx:
            await self._write(tx, made, at)
        log.info("entry %d of the audit is stamped (%s)", made.seq, made.method)
        return made

    async def _made(self, head: Head, at: datetime) -> Stamp:
        if self._authority is not None:
            answer = await self._authority.vouch(statement(head, at))
            return vouched(head, at, answer, self._authority.roots)
        key = await asyncio.to_thread(self._key)
        await note_key(self._database, key)
        return signed(head, at, key)

    async def _put_away(self, stamp: Stamp) -> None:
        file = self._folder / f"{stamp.name}{SUFFIX}"
        try:
            await apart(self._folder, PLACE_SECONDS, _write, file, as_file(stamp))
        except (OSError, TimeoutError) as error:
            reason = getattr(error, "strerror", None) or "it hangs"
            text = f"the stamp cannot be written into {self._folder} ({reason}); see audit.second_place"
            raise Unavailable(text, error_id="second-place-away") from error

    async def _write(self, tx: Work, stamp: Stamp, at: datetime) -> None:
        await tx.audit.put_stamp(stamp)
        detail = {"name": stamp.name, "seq": stamp.seq, "sha256": stamp.sha256, "method": stamp.method.value}
        detail |= {"key": stamp.key, "sent_to": list(stamp.sent_to)}
        tx.audit.add(
            Fact(at=at, kind=Kind.CHAIN_STAMPED, actor="service", subject=f"stamp:{stamp.name}", detail=detail)
        )
        await tx.alarms.clear("stamp-failed", at)
        if self._mail_to:
            await tx.outbox.put([_mail(stamp, self._mail_to, at)])

    async def run(self) -> None:
        """Until cancelled."""
        pause = AGAIN
        while True:
            try:
                if await self._due():
                    await self.stamp()
                pause = AGAIN
            except HotlineError as error:
                log.warning("the chain is not stamped, tried again in %.0f s: %s", pause, error)
                await self._bell.ring("stamp-failed", f"{said('alarm-said.not-stamped')} [{error.error_id}]")
                await asyncio.sleep(pause)
                pause = min(2 * pause, MOST)
            else:
                await asyncio.sleep(EVERY)

    async def _due(self) -> bool:
        """No stamp of today, in the province, and something to stamp. One of a time to come rings, and counts for none."""
        now = self._clock()
        async with self._database.reading() as tx:
            last = await tx.audit.last_stamp()
            head = await tx.audit.head()
        if last is not None and to_come(last.at, now):
            await self._bell.ring(LATE_ALARM, ahead("stamp", last.at))
        return head.seq > 0 and (last is None or is_over(last.at, now))


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    if not write_once(file, data, mode=0o640):
        raise FileExistsError(17, "there is a stamp of this name")


async def note_key(database: Database, key: Ed25519PrivateKey) -> None:
    """One entry tells of each key that signs."""
    name = fingerprint(key.public_key())
    async with database.reading() as tx:
        if any(entry.kind == Kind.KEY_MADE for entry in await tx.audit.about(f"key:{name}")):
            return
    async with database.transaction() as tx:
        detail = {"key": name, "method": "ed25519", "use": "stamps"}
        tx.audit.add(Fact(at=utc_now(), kind=Kind.KEY_MADE, actor="service", subject=f"key:{name}", detail=detail))


def _mail(stamp: Stamp, to: str, at: datetime) -> NewMessage:
    text = words()("notice.stamp") + "\n\n" + as_file(stamp).decode()
    return NewMessage(
        key=f"stamp/{stamp.name}",
        channel=Channel.EMAIL,
        kind=RecipientKind.AGENCY,
        recipient=to,
        template="stamp",
        subject=words()("notice.stamp-subject", seq=stamp.seq),
        text=text,
        created_at=at,
    )


def stamper_of(settings: Settings, database: Database, bell: AlarmBell) -> Stamper:
    """By the settings; ConfigError when audit.tsa_roots cannot be read. Blocks for a file."""
    audit = settings.audit
    authority = None
    if audit.tsa_url:
        authority = Authority(audit.tsa_url, read_roots(audit.tsa_roots), seconds=audit.tsa_seconds)
    folder = settings.keys_folder
    return Stamper(
        database,
        bell,
        key=lambda: ensure_key(folder),
        authority=authority,
        folder=settings.stamps_folder,
        mail_to=audit.mail_to,
    )
