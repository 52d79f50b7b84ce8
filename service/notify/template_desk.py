"""What messages say, as people change it at the desk: looked at, tried, put in force, taken back. Refuses what is no message, what
is in force already, and what somebody else changed meanwhile.

The settings' file, else the shipped text, leads a message until somebody writes another one, and again after somebody took that
back: docs/decisions/027-what-the-house-decides.md.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime

from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import acting
from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.texts import one_form
from hotline1022.db.unit import Database, Work
from hotline1022.notify.policy import LinkMaker
from hotline1022.notify.template_check import TemplateFault, allowed, channel_of, faults, oddities
from hotline1022.notify.template_example import example
from hotline1022.notify.templates import Templates, template_of
from hotline1022.notify.types import Channel, Encoding, MessageClass, TemplateVersion, Wording
from hotline1022.service.menu.desk import BY_FILE
from hotline1022.service.notify.template_book import in_force
from hotline1022.web.templates_wire import (
    TemplateChecked,
    TemplateDetail,
    TemplateRemark,
    TemplateRow,
    TemplateShown,
)


class TemplateDesk:
    """web.templates_port.TemplatesPort. `files`: what leads where nobody has written anything; `file`: its name, "" = shipped."""

    def __init__(
        self,
        database: Database,
        files: Templates,
        *,
        file: str = "",
        link: LinkMaker | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._files, self._file, self._link, self._clock = database, files, file, link, clock

    async def list(self) -> Sequence[TemplateRow]:
        """All, by name."""
        async with self._database.reading() as tx:
            known = await in_force(tx, self._files)
            newest = {one.name: one for one in await tx.templates.newest()}
        return [TemplateRow(name=name, wording=known[name].wording, version=newest.get(name)) for name in sorted(known)]

    async def get(self, name: str) -> TemplateDetail:
        """One, with what it said before."""
        self._known(name)
        async with self._database.reading() as tx:
            known = await in_force(tx, self._files)
            versions = await tx.templates.versions(name)
        return TemplateDetail(
            name=name,
            wording=known[name].wording,
            file=self._files[name].wording,
            own_file=self._file,
            versions=tuple(versions),
            placeholders=tuple(sorted(allowed(name))),
            checked=self._checked(name, known[name].wording, known),
        )

    async def check(self, name: str, wording: Wording) -> TemplateChecked:
        """What is wrong with it, and what people would get; changes nothing."""
        self._known(name)
        async with self._database.reading() as tx:
            return self._checked(name, _tidy(name, wording), await in_force(tx, self._files))

    async def save(self, name: str, wording: Wording, *, seen: int, note: str, by: str) -> TemplateVersion:
        """Put it in force."""
        self._known(name)
        wanted = _tidy(name, wording)
        if found := faults(name, wanted):
            lines = "\n".join(f"line {one.line}: {one.message}" if one.line else one.message for one in found)
            raise Invalid(lines, error_id="template-invalid")
        return await self._put(name, wanted, seen=seen, note=note, by=by)

    async def back(self, name: str, number: int, *, seen: int, note: str, by: str) -> TemplateVersion:
        """An earlier version again, or with 0 the file's: from then on that leads, also when it changes."""
        self._known(name)
        if not number:
            return await self._put(name, None, seen=seen, note=note, by=by)
        async with self._database.reading() as tx:
            old = next((one for one in await tx.templates.versions(name) if one.number == number), None)
        if old is None:
            text = f"there is no version {number} of {name}; the list has them"
            raise NotFound(text, error_id="template-version-unknown")
        if found := faults(name, old.wording):
            text = f"version {number} is no message any more: {found[0].message}"
            raise Invalid(text, error_id="template-invalid")
        return await self._put(name, old.wording, seen=seen, note=note, by=by, again=number)

    async def _put(
        self, name: str, wanted: Wording | None, *, seen: int, note: str, by: str, again: int = 0
    ) -> TemplateVersion:
        """`wanted` None: the file's."""
        at = self._clock()
        of_file = self._files[name].wording
        async with self._database.transaction() as tx:
            newest = next(iter(await tx.templates.versions(name, limit=1)), None)
            if (newest.number if newest else 0) != seen:
                text = "somebody else changed this message meanwhile; look at it, then save again"
                raise Refused(text, error_id="template-changed")
            follows = newest is None or newest.from_file
            now = of_file if newest is None or follows else newest.wording
            if (wanted is None and follows) or (wanted is not None and wanted == now):
                raise Refused("the message says that already; change something first", error_id="template-same")
            number = seen
            if newest is None or (follows and newest.wording != of_file):
                number += 1
                first = _version(name, number, of_file, self._file, BY_FILE, at, from_file=True)
                await self._write(tx, first, before=newest)
                newest = first
            version = _version(name, number + 1, wanted or of_file, note, by, at, again=again, from_file=wanted is None)
            await self._write(tx, version, before=newest)
        return version

    async def _write(self, tx: Work, version: TemplateVersion, before: TemplateVersion | None) -> None:
        await tx.templates.add(version)
        act = None if version.by == BY_FILE else acting()  # what was in force before is nobody's act of this moment
        tx.audit.add(
            Fact(
                at=version.at,
                kind=Kind.TEMPLATE_CHANGED,
                actor="service" if version.by == BY_FILE else act.actor if act else version.by,
                origin=act.origin if act else "service",
                subject=f"template:{version.name}",
                detail={
                    "version": version.number,
                    "sha256": hash_of(version.wording),
                    "before": before.number if before else 0,
                    "again": version.again,
                    "from_file": version.from_file,
                },
            )
        )

    def _checked(self, name: str, wording: Wording, known: Templates) -> TemplateChecked:
        return checked(name, wording, known, self._link)

    def _known(self, name: str) -> None:
        if name not in self._files:
            raise NotFound(f"there is no template {name}; look in /api/templates", error_id="template-unknown")


def checked(name: str, wording: Wording, known: Templates, link: LinkMaker | None) -> TemplateChecked:
    """What is wrong with a wording, what is odd in it, and what people would get."""
    found = faults(name, wording)
    if found:
        return TemplateChecked(problems=tuple(map(_remark, found)), warnings=(), example=None)
    shown = example(template_of(name, wording), known, link)
    return TemplateChecked(
        problems=(),
        warnings=tuple(map(_remark, oddities(name, wording))),
        example=TemplateShown(**{one.name: getattr(shown, one.name) for one in fields(TemplateShown)}),
    )


def _remark(fault: TemplateFault) -> TemplateRemark:
    return TemplateRemark(**{one.name: getattr(fault, one.name) for one in fields(TemplateRemark)})


def hash_of(wording: Wording) -> str:
    """SHA-256 of what a message says, as the audit has it."""
    told = {
        "subject": wording.subject,
        "text": wording.text,
        "encoding": wording.encoding.value,
        "class": wording.message_class.value,
        "parts": wording.parts,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _tidy(name: str, wording: Wording) -> Wording:
    """As it is kept: one form of letters and line ends; an email has no alphabet, an SMS no subject."""
    text = one_form(wording.text.replace("\r\n", "\n")).strip()
    if channel_of(name) is Channel.EMAIL:
        return Wording(subject=one_form(wording.subject).strip(), text=text)
    return Wording(text=text, encoding=wording.encoding, message_class=wording.message_class, parts=wording.parts)


def _version(
    name: str,
    number: int,
    wording: Wording,
    note: str,
    by: str,
    at: datetime,
    *,
    again: int = 0,
    from_file: bool = False,
) -> TemplateVersion:
    return TemplateVersion(
        name=name,
        number=number,
        subject=wording.subject,
        text=wording.text,
        encoding=Encoding(wording.encoding),
        message_class=MessageClass(wording.message_class),
        parts=wording.parts,
        note=one_form(note.strip()),
        by=by,
        at=at,
        again=again,
        from_file=from_file,
    )
