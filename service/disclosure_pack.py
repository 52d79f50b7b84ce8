"""Puts a disclosure's package together: originals, copy, timeline, the chain's proof. Refuses recordings that are damaged."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path, PurePosixPath

from hotline1022.audit.ports import Originals
from hotline1022.audit.stamps import statement
from hotline1022.audit.types import Entry, Head, Kind, Stamp, written
from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import local
from hotline1022.core.errors import NotFound, Refused, Unavailable
from hotline1022.core.events import LegKind
from hotline1022.db.originals import subject_of
from hotline1022.db.unit import Database
from hotline1022.evidence import package, proof
from hotline1022.evidence.package import Member, Signing, Written
from hotline1022.evidence.timeline import Page, Table, pdf
from hotline1022.evidence.types import Disclosure
from hotline1022.recordings.files import open_below
from hotline1022.recordings.keys import Keys
from hotline1022.recordings.reader import pieces
from hotline1022.recordings.types import Catalogued, CopyRow, Side, Status, StoredFile
from hotline1022.service.cli_data import as_json
from hotline1022.service.listening_desk import refused
from hotline1022.service.views import CallsView
from hotline1022.web.types import CallDetail

#: as the timeline calls whose telephone it was, and what a track has
_WHO = {
    LegKind.CITIZEN: "Người gọi",
    LegKind.AGENT: "Điện thoại viên",
    LegKind.EMERGENCY: "Cấp cứu 115",
    LegKind.CONTACT: "Đầu mối của cơ quan",
}
_SIDES = {Side.SAID.value: "người này nói", Side.HEARD.value: "người này nghe"}


class Packer:
    """Packs; the files are read and written in a thread, in pieces."""

    def __init__(
        self,
        *,
        database: Database,
        root: Path,
        keys: Keys,
        originals: Originals,
        copy: Callable[[str], Awaitable[CopyRow | None]],
        stamp: Callable[[], Awaitable[object]],
        key: Callable[[], Signing],
    ) -> None:
        self._database, self._root, self._keys, self._originals = database, root, keys, originals
        self._copy, self._stamp, self._signing = copy, stamp, key

    async def pack(self, one: Disclosure, path: Path, at: datetime) -> Written:
        """Write the package to `path`. Refused `recording-damaged`; NotFound `recording-none`; Unavailable `disk-full`."""
        members: list[Member] = []
        for recording in one.request.recordings:
            members += await self._recording(recording, at)
        request = one.request
        about: dict[str, object] = {
            "disclosure": one.id,
            "unit": request.unit,
            "letter": request.letter,
            "letter_date": request.letter_date.isoformat(),
            "person": request.person,
            "why": request.why,
            "approved_at": written(one.decided_at) if one.decided_at else None,
            "packed_at": written(at),
            "excerpt": False,
        }
        key = await asyncio.to_thread(self._signing)
        try:
            return await asyncio.to_thread(package.write, path, members, about, at, key)
        except package.Changed as error:
            text = f"{error}: it changed while it was packed; run hotline1022 evidence verify"
            raise Refused(text, error_id="recording-damaged") from error
        except OSError as error:
            text = f"the package cannot be written ({error.strerror}); free some space in {path.parent}"
            raise Unavailable(text, error_id="package-unwritable") from error

    def fingerprint(self) -> str:
        """Of the key that signs. Blocks."""
        return self._signing().fingerprint

    def digest(self, path: Path) -> str:
        """SHA-256 of a package, hexadecimal; "" when it is not there. Blocks."""
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return ""

    async def _recording(self, recording: str, at: datetime) -> list[Member]:
        async with self._database.reading() as tx:
            found = await tx.catalogue.get(recording)
            files = await tx.recordings.originals([found.call])
        with by_the_service():
            wrong = await self._originals.check_now(found.call)
        if wrong:
            raise refused(wrong)
        if not files:
            text = f"recording {recording} has no original; hotline1022 recordings show tells why"
            raise NotFound(text, error_id="recording-none")
        made = [self._file(one, f"{found.call}/goc", "original") for one in files]
        if (copy := await self._copy(found.call)) is not None:
            stored = StoredFile(path=copy.path, sha256=copy.sha256)
            made.append(self._file(stored, f"{found.call}/ban-sao", "copy"))
        detail = await CallsView(self._database).get(found.call)
        if detail is not None:
            story = (as_json(detail) + "\n").encode()
            made.append(Member(name=f"{found.call}/dien-bien.json", kind="timeline", pieces=[story]))
            document = await asyncio.to_thread(pdf, _page(found, detail), at)
            made.append(Member(name=f"{found.call}/dien-bien.pdf", kind="timeline", pieces=[document]))
        entries, others, stamp = await self._proof(found.call)
        said = statement(Head(seq=stamp.seq, sha256=stamp.sha256), stamp.at)
        return [*made, *proof.members(found.call, entries, others, stamp, said)]

    def _file(self, one: StoredFile, folder: str, kind: str) -> Member:
        name = f"{folder}/{PurePosixPath(one.path).name}"
        return Member(name=name, kind=kind, pieces=_pieces(self._root, self._keys, one.path), sha256=one.sha256)

    async def _proof(self, call: str) -> tuple[Sequence[Entry], Sequence[Entry], Stamp]:
        """Entries from filing to the first stamp behind it, the others about the call, the stamp."""
        async with self._database.reading() as tx:
            about = await tx.audit.about(subject_of(call), limit=10_000)
        stored = [one for one in about if one.kind == Kind.RECORDING_STORED]
        if not stored:
            text = f"the audit does not tell of the originals of {call}; run hotline1022 evidence verify"
            raise Refused(text, error_id="recording-untold")
        first = stored[-1].seq
        stamp = await self._stamp_behind(first)
        if stamp is None:
            await self._stamp()
            stamp = await self._stamp_behind(first)
        entries: list[Entry] = []
        async with self._database.reading() as tx:
            async for portion in tx.audit.entries(first - 1):
                entries += [one for one in portion if stamp is not None and one.seq <= stamp.seq]
                if stamp is None or portion[-1].seq >= stamp.seq:
                    break
        if stamp is None or not proof.linked(entries, stamp):
            raise Refused("the chain is not whole; run hotline1022 evidence verify", error_id="chain-broken")
        return entries, [one for one in about if not first <= one.seq <= stamp.seq], stamp

    async def _stamp_behind(self, seq: int) -> Stamp | None:
        async with self._database.reading() as tx:
            async for one in tx.audit.stamps():
                if one.seq >= seq:
                    return one
        return None


def _pieces(root: Path, keys: Keys, path: str) -> Iterator[bytes]:
    with closing(keys.open(open_below(root, path))) as file:
        yield from pieces(file)


def _page(found: Catalogued, detail: CallDetail) -> Page:
    call = detail.call
    facts = [
        ("Mã cuộc gọi", call.id),
        ("Số gọi đến", call.caller_e164 or call.caller_raw or "ẩn số"),
        ("Bắt đầu", _time(call.entered_at)),
        ("Được trả lời", _time(call.answered_at)),
        ("Kết thúc", _time(call.ended_at)),
        ("Mã phiếu", ", ".join(found.about.codes) or "không có"),
    ]
    legs = [
        [_time(leg.started_at), _time(leg.ended_at), _WHO[leg.kind], leg.person or leg.party] for leg in detail.legs
    ]
    tracks = [
        [
            _time(one.segment_started_at),
            _SIDES[one.side],
            f"{(one.duration_ms or 0) / 1000:.1f} s",
            (one.sha256 or "")[:16] + "…",
        ]
        for one in detail.tracks
        if Status(one.status).promised
    ]
    parts = [
        Table(title="Các máy tham gia", columns=("Từ", "Đến", "Loại", "Ai"), rows=legs),
        Table(title="Tập tin gốc", columns=("Bắt đầu", "Chiều", "Độ dài", "SHA-256"), rows=tracks),
    ]
    return Page(
        title="Diễn biến cuộc gọi đến Tổng đài 1022",
        footer=f"Cuộc gọi {call.id}, giờ Việt Nam",
        facts=facts,
        parts=[one for one in parts if one.rows],
    )


def _time(at: datetime | None) -> str:
    return local(at).strftime("%d/%m/%Y %H:%M:%S") if at else "không rõ"
