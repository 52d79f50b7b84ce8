"""Questions and answers for tests: a directory that is there, people who write and publish, many entries at once."""

import random
from datetime import date, datetime
from typing import Any

from hotline1022.db.unit import Database
from hotline1022.faq.rules import new_entry
from hotline1022.faq.search import keys_of
from hotline1022.faq.types import Author, Entry, Move, State, Text, Version
from hotline1022.service.directory.desk import fill
from hotline1022.service.faq.desk import FaqDesk
from hotline1022.service.tickets.join import stored
from tests.contract.database.made import T0
from tests.unit.directory_memory import NUMBERS

AGENCY, OTHER = "so-tu-phap", "so-xay-dung"
LAN = Author(
    keys=frozenset({"user:lan", "contact:so-tu-phap-cv"}), name="Lan", agencies=frozenset({AGENCY}), agency=AGENCY
)
BINH = Author(keys=frozenset({"user:binh"}), name="Bình", agencies=frozenset({AGENCY}), agency=AGENCY)
ANYBODY = Author(keys=frozenset({"cli:root"}), name="root", reads_all=True)
BIRTH = Text(
    question="Đăng ký khai sinh cho con ở đâu?",
    answer="Tại UBND cấp xã nơi cư trú của cha hoặc mẹ, trong 60 ngày từ ngày sinh.",
    keywords="giấy khai sinh, khai sinh trễ hạn",
    legal_source="Luật Hộ tịch 2014",
)


class Desk:
    """A desk over a database with the shipped directory, at a time of one's own."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, T0
        self.faq = FaqDesk(database, stored(database), lambda: self.now)

    async def publish(self, text: Text = BIRTH, agency: str = AGENCY) -> Entry:
        """Written by one, published by another."""
        one = await self.faq.add(agency, text, ANYBODY, self.now)
        one = await self.faq.move(one.id, one.revision, Move.PROPOSE, "", ANYBODY, self.now)
        by = Author(keys=frozenset({"user:chief"}), name="Trưởng phòng", reads_all=True)
        return await self.faq.move(one.id, one.revision, Move.PUBLISH, "", by, self.now)


async def a_desk(database: Database) -> Desk:
    """With the shipped directory."""
    await fill(database, NUMBERS, T0)
    return Desk(database)


#: syllables as they are in such texts, the commonest first
SYLLABLES = [
    f"{a}{b}"
    for b in ("a", "inh", "uong", "ai", "oc", "en", "u", "an", "o", "ieu", "at", "im")
    for a in (
        "th",
        "t",
        "kh",
        "s",
        "d",
        "h",
        "ch",
        "ng",
        "l",
        "m",
        "ph",
        "tr",
        "c",
        "b",
        "v",
        "n",
        "g",
        "nh",
        "qu",
        "x",
    )
]


def phrase(dice: random.Random, count: int) -> str:
    """Syllables as frequent as in texts: a few of them everywhere."""
    return " ".join(SYLLABLES[min(len(SYLLABLES) - 1, int(dice.paretovariate(0.5)) - 1)] for _ in range(count))


async def many(database: Database, count: int, at: datetime = T0, *, seed: int = 1022) -> list[Text]:
    """So many published answers, whose questions begin with words that half of them have."""
    dice = random.Random(seed)
    texts = [
        Text(
            question=("Thủ tục " if dice.random() < 0.5 else "") + phrase(dice, 11) + f" số {number}",
            answer=phrase(dice, 160),
            keywords=", ".join(phrase(dice, 2) for _ in range(3)),
            valid_to=date(2020, 1, 1) if number % 10 == 0 else None,
        )
        for number in range(count)
    ]
    for start in range(0, count, 500):
        async with database.transaction() as tx:
            entries = [
                _published(f"{number:016x}", texts[number], at) for number in range(start, min(count, start + 500))
            ]
            await tx.faq.add(*entries)
            for one in entries:
                await tx.faq_find.find_by(one.id, AGENCY, "", keys_of(one.shown.text))
    return texts


def _published(id: str, text: Text, at: datetime) -> Entry:
    more: dict[str, Any] = {"state": State.PUBLISHED, "published_by": "Bình", "published_at": at}
    version = Version(number=1, text=text, written_by="Lan", written_at=at, **more)
    one = new_entry(id, AGENCY, version, at)
    return Entry(id=one.id, agency=AGENCY, created_at=at, changed_at=at, revision=1, published=1, versions=(version,))
