"""Texts of messages in memory behind their port: checked and shown as in the service, put in force for nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hotline1022.core.errors import NotFound, Refused
from hotline1022.notify.template_check import allowed
from hotline1022.notify.templates import Templates, load
from hotline1022.notify.types import TemplateVersion, Wording
from hotline1022.service.notify.template_desk import checked
from hotline1022.web.templates_wire import TemplateChecked, TemplateDetail, TemplateRow

NAME = "citizen.made.sms"
AT = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


@dataclass
class MemoryTemplates:
    files: Templates = field(default_factory=load)
    rows: list[TemplateVersion] = field(default_factory=list)

    async def list(self) -> Sequence[TemplateRow]:
        return [
            TemplateRow(name=name, wording=self._now(name), version=self._newest(name)) for name in sorted(self.files)
        ]

    async def get(self, name: str) -> TemplateDetail:
        if name not in self.files:
            raise NotFound(f"there is no template {name}; look in /api/templates", error_id="template-unknown")
        return TemplateDetail(
            name=name,
            wording=self._now(name),
            file=self.files[name].wording,
            own_file="",
            versions=tuple(one for one in self.rows[::-1] if one.name == name),
            placeholders=tuple(sorted(allowed(name))),
            checked=await self.check(name, self._now(name)),
        )

    async def check(self, name: str, wording: Wording) -> TemplateChecked:
        return checked(name, wording, self.files, None)

    async def save(self, name: str, wording: Wording, *, seen: int, note: str, by: str) -> TemplateVersion:
        newest = self._newest(name)
        if seen != (newest.number if newest else 0):
            raise Refused("somebody else changed it; look at it", error_id="template-changed")
        made = TemplateVersion(
            name=name,
            number=seen + 1,
            subject=wording.subject,
            text=wording.text,
            encoding=wording.encoding,
            message_class=wording.message_class,
            parts=wording.parts,
            note=note,
            by=by,
            at=AT,
        )
        self.rows.append(made)
        return made

    async def back(self, name: str, number: int, *, seen: int, note: str, by: str) -> TemplateVersion:
        return await self.save(name, self.files[name].wording, seen=seen, note=note, by=by)

    def _newest(self, name: str) -> TemplateVersion | None:
        return next((one for one in self.rows[::-1] if one.name == name), None)

    def _now(self, name: str) -> Wording:
        newest = self._newest(name)
        return newest.wording if newest else self.files[name].wording
