"""The menu in memory behind its port: read, drawn and walked as in the service, put in force for nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files

from hotline1022.core.errors import NotFound, Refused
from hotline1022.db.menus import draft_changed
from hotline1022.ivr.load import shipped
from hotline1022.ivr.menu_edit import steps_of
from hotline1022.ivr.model import MenuTree
from hotline1022.ivr.types import MenuDraft, MenuSteps, MenuVersion
from hotline1022.service.menu.desk import written
from hotline1022.service.menu.edit import change_text
from hotline1022.service.menu.file import hash_of, read
from hotline1022.service.menu.look import check_text, remarks, tree_view
from hotline1022.service.menu.view import way
from hotline1022.web.menu_edit_wire import MenuChangeBody, MenuChanged
from hotline1022.web.menu_wire import (
    Checked,
    MenuDraftBody,
    MenuNow,
    PublishBody,
    Published,
    TryBody,
    VersionDetail,
    Way,
)

TEXT = (files("hotline1022.ivr") / "menu.toml").read_text(encoding="utf-8")
AT = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


@dataclass
class MemoryMenu:
    texts: dict[int, str] = field(default_factory=lambda: {1: TEXT})
    rows: list[MenuVersion] = field(
        default_factory=lambda: [
            MenuVersion(number=1, sha256=hash_of(TEXT), note="", by="settings", at=AT, from_file=True)
        ]
    )
    kept: MenuDraft | None = None
    tree: MenuTree = field(default_factory=shipped)

    async def now(self) -> MenuNow:
        return MenuNow(
            version=self.rows[-1],
            trouble="",
            tree=tree_view(self.tree),
            draft=self.kept,
            outdated=remarks(self.tree.outdated),
        )

    async def versions(self, limit: int) -> Sequence[MenuVersion]:
        return self.rows[::-1][:limit]

    async def version(self, number: int) -> VersionDetail:
        if number not in self.texts:
            raise NotFound(f"there is no version {number} of the menu", error_id="menu-version-unknown")
        return VersionDetail(version=self.rows[number - 1], text=self.texts[number])

    async def draft(self) -> MenuDraft | None:
        return self.kept

    async def save_draft(self, wanted: MenuDraftBody, by: str) -> MenuDraft:
        await self._seen(wanted.revision)
        base = wanted.base if wanted.base is not None else self.kept.base if self.kept else len(self.rows)
        self.kept = MenuDraft(
            text=written(wanted.text), by=by, at=AT, revision=wanted.revision + 1, base=base, note=wanted.note
        )
        return self.kept

    async def drop_draft(self, seen: int) -> None:
        await self._seen(seen)
        self.kept = None

    async def check(self, text: str) -> Checked:
        return check_text(text, lambda tree: remarks(tree.warnings))

    async def steps(self, text: str) -> MenuSteps:
        return steps_of(written(text), shipped())

    async def recording(self, kind: str, id: str) -> str:
        return ""

    async def change(self, wanted: MenuChangeBody) -> MenuChanged:
        found = await self.check(text := change_text(wanted))
        return MenuChanged(text=text, problems=found.problems, warnings=found.warnings)

    async def publish(self, wanted: PublishBody, by: str) -> Published:
        if wanted.seen != len(self.rows):
            raise Refused("somebody else published meanwhile; look at it", error_id="menu-changed")
        text = written(wanted.text or self.texts[wanted.again or 1])
        self.tree = read(text)
        number = len(self.rows) + 1
        self.rows.append(MenuVersion(number=number, sha256=hash_of(text), note=wanted.note, by=by, at=AT))
        self.texts[number] = text
        return Published(version=self.rows[-1], sounds=0, warnings=())

    async def walk(self, wanted: TryBody) -> Way:
        steps, menu, _ = way(self.tree, wanted.keys)
        return Way(steps=steps, open=menu is not None, keys=(), rings=(), agency="", at=wanted.at or AT)

    async def _seen(self, seen: int) -> None:
        if (self.kept.revision if self.kept else 0) != seen:
            raise draft_changed(self.kept)
