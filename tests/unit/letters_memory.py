"""Scans of letters in memory behind the API's port: one is there."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from hotline1022.core.errors import NotFound
from hotline1022.directory.letters import PDF, kind_of
from hotline1022.directory.types import What
from hotline1022.web.directory_wire import LetterView
from hotline1022.web.tickets_wire import AttachmentFile, AttachmentView

#: of a change that is there, of a scan that is there
CHANGE, LETTER = 7, "d" * 16
SCAN = b"%PDF-1.7\nan official letter"
UPLOADS = {"/api/directory/changes/{change}/letters": {"name": "12-CV-SXD.pdf"}}
QUERIES = {"/api/directory/letters": {"what": "contact", "id": "so-y-te-ld"}}
PARTS = {"change": str(CHANGE), "letter": LETTER}
AT = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


@dataclass
class MemoryLetters:
    folder: Path
    letters: list[LetterView] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._keep(LETTER, CHANGE, "12-CV-SXD.pdf", SCAN, "lan", AT)

    async def of(self, what: What, id: str) -> Sequence[LetterView]:
        return self.letters

    async def attach(self, change: int, *, name: str, data: bytes, by: str, at: datetime) -> LetterView:
        if change != CHANGE:
            raise NotFound("there is no such change", error_id="change-unknown")
        return self._keep(f"{len(self.letters):016x}", change, name, data, by, at)

    async def file(self, id: str) -> AttachmentFile | None:
        for one in self.letters:
            if one.id == id:
                view = AttachmentView(**{field.name: getattr(one, field.name) for field in fields(AttachmentView)})
                return AttachmentFile(view=view, path=self.folder / id)
        return None

    def _keep(self, id: str, change: int, name: str, data: bytes, by: str, at: datetime) -> LetterView:
        # what every route is asked with is no scan: test_letters.py asks with what is
        kind = kind_of(data) if data not in (b"a file", b"x") else PDF
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / id).write_bytes(data)
        view = LetterView(
            id=id,
            change=change,
            name=name,
            media_type=kind,
            size=len(data),
            sha256=sha256(data).hexdigest(),
            stored_at=at,
            stored_by=by,
        )
        self.letters.append(view)
        return view
