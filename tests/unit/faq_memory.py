"""One question of one agency behind the API; the real ones are tried in tests/contract/database/test_faq.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hotline1022.accounts.types import SignedIn
from hotline1022.core.clock import local_day
from hotline1022.faq.rules import (
    check_agency,
    check_seen,
    edited,
    moved,
    new_entry,
    text_of,
    with_version,
    written,
    wrote,
)
from hotline1022.faq.sheet import report_table, template
from hotline1022.faq.types import (
    Asked,
    Author,
    Days,
    Ending,
    Entry,
    EntryFilter,
    Found,
    Hit,
    Miss,
    Move,
    Names,
    Report,
    RowReport,
    Said,
    State,
    Text,
)
from hotline1022.service.faq.desk import head_words
from hotline1022.service.figures.sheet_write import book_of
from hotline1022.web.desk.render import told_id
from tests.unit.calls_memory import NOW

ID, MISS = "d" * 16, "e" * 16
WRITER = Author(keys=frozenset({"user:lan"}), name="Lan", agencies=frozenset({"so-y-te"}), agency="so-y-te")
CHIEF = Author(keys=frozenset({"user:binh"}), name="Bình")
TEXT = Text(question="Đăng ký khai sinh ở đâu?", answer="Tại UBND cấp xã, hỏi thêm 0274 3822 999.", category="other")


def an_entry(*, draft: bool = True) -> Entry:
    """Published, and with a draft beside it."""
    one = new_entry(ID, "so-y-te", written(None, TEXT, WRITER, NOW), NOW)
    one = with_version(one, moved(one, Move.PROPOSE, "", WRITER, NOW), NOW)
    one = with_version(one, moved(one, Move.PUBLISH, "", CHIEF, NOW), NOW)
    return with_version(one, written(one, TEXT, WRITER, NOW), NOW) if draft else one


@dataclass
class MemoryFaq:
    """faq.ports.Faq: nothing is kept."""

    asked: list[Asked] = field(default_factory=list)
    wanted: list[EntryFilter] = field(default_factory=list)
    taken: list[tuple[str, bytes, bool]] = field(default_factory=list)

    async def author(self, signed: SignedIn) -> Author:
        return Author(keys=frozenset({f"user:{signed.user.id}"}), name=signed.user.name, reads_all=True)

    async def names(self) -> Names:
        agencies = {"so-y-te": "Sở Y tế", "so-xay-dung": "Sở Xây dựng"}
        return Names(agencies=agencies, today=frozenset(agencies), categories={"other": "Lĩnh vực khác"})

    async def search(self, asked: Asked) -> Found:
        self.asked.append(asked)
        hit = Hit(
            entry=ID,
            agency="so-y-te",
            number=1,
            text=Text(question=TEXT.question, answer=TEXT.answer, valid_to=date(2020, 1, 1)),
            published_at=NOW,
            out_of_date=True,
        )
        return Found(hits=(hit,))

    async def list(self, wanted: EntryFilter) -> Sequence[Entry]:
        self.wanted.append(wanted)
        return [an_entry()]

    def soon(self, at: datetime) -> Days:
        today = local_day(at)
        return Days(first=today, last=today + timedelta(days=30))

    async def ending(self, agencies: frozenset[str] | None, at: datetime) -> Ending:
        return Ending(soon=2, over=1)

    async def get(self, entry: str, by: Author | None = None) -> Entry:
        if by is not None:
            check_seen(by, an_entry())
        return an_entry()

    async def wrote(self, entry: Entry, by: Author) -> bool:
        return entry.open is not None and wrote(entry.open, by)

    async def add(self, agency: str, text: Text, by: Author, at: datetime) -> Entry:
        check_agency(by, agency or by.agency)
        return new_entry(ID, agency or "so-y-te", written(None, text_of(text), by, at), at)

    async def edit(self, entry: str, revision: int, text: Text, by: Author, at: datetime) -> Entry:
        one = an_entry()
        check_agency(by, one.agency)
        return edited(one, text_of(text), by, at)

    async def move(self, entry: str, revision: int, move: Move, why: str, by: Author, at: datetime) -> Entry:
        one = an_entry()
        if move in (Move.PUBLISH, Move.RETURN):
            one = with_version(one, moved(one, Move.PROPOSE, "", WRITER, at), at)
        version = moved(one, move, why, by, at)
        if version.state is State.PUBLISHED:
            return one
        return with_version(one, version, at)

    async def take_in(
        self, agency: str, data: bytes, by: Author, at: datetime, *, dry_run: bool, propose: bool
    ) -> Report:
        self.taken.append((agency, data, dry_run))
        wrong = RowReport(row=3, said=Said.WRONG, question="?", problems={"faq-question": "too short; write more"})
        return Report(rows=(RowReport(row=2, said=Said.NEW, question="Câu"), wrong), written=not dry_run)

    async def template(self) -> bytes:
        return book_of(template({"other": "Lĩnh vực khác"}, head_words))

    async def report_sheet(self, report: Report) -> bytes:
        return book_of([report_table(report, head_words, told_id)])

    async def misses(self, limit: int, skip: int = 0) -> Sequence[Miss]:
        return [Miss(id=MISS, words="nhập tịch", count=3, first_at=NOW, last_at=NOW)]

    async def tick(self, miss: str, by: str, at: datetime) -> None:
        return None
