"""Answers about the texts of messages. Refuses nothing itself: the port does."""

from hotline1022.notify.types import TemplateVersion
from hotline1022.web import templates_wire as w
from hotline1022.web.route import Ask


async def list_templates(ask: Ask) -> w.TemplateList:
    """All."""
    return w.TemplateList(templates=tuple(await ask.ports.templates.list()))


async def get_message_template(ask: Ask) -> w.TemplateDetail:
    """One."""
    return await ask.ports.templates.get(ask.path["template"])


async def check_template(ask: Ask) -> w.TemplateChecked:
    """What is wrong with a text."""
    return await ask.ports.templates.check(ask.path["template"], w.wording_of(ask.body))


async def save_template(ask: Ask) -> TemplateVersion:
    """Another text is in force."""
    body: w.TemplateBody = ask.body
    return await ask.ports.templates.save(
        ask.path["template"], w.wording_of(body), seen=body.seen, note=body.note, by=ask.asker.actor
    )


async def restore_template(ask: Ask) -> TemplateVersion:
    """An earlier one is in force again."""
    body: w.TemplateAgainBody = ask.body
    return await ask.ports.templates.back(
        ask.path["template"], body.version, seen=body.seen, note=body.note, by=ask.asker.actor
    )
