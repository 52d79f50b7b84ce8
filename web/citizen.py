"""Answers about one citizen's data. Refuses to erase without being told so in so many words."""

from hotline1022.core.errors import Invalid
from hotline1022.web.citizen_wire import CitizenBody, CitizenView, ErasureBody, ErasureConfirm, ErasureView, ExportBody
from hotline1022.web.route import Ask


async def export_citizen(ask: Ask) -> CitizenView:
    """Everything that is kept."""
    body: ExportBody = ask.body
    return await ask.ports.citizens.export(body.number, body.reason, body.text)


async def preview_erasure(ask: Ask) -> ErasureView:
    """What would go."""
    body: CitizenBody = ask.body
    return await ask.ports.citizens.look(body.number)


async def request_erasure(ask: Ask) -> ErasureView:
    """The first step."""
    body: ErasureBody = ask.body
    return await ask.ports.citizens.request(body.number, body.reason)


async def confirm_erasure(ask: Ask) -> ErasureView:
    """The second step."""
    body: ErasureConfirm = ask.body
    if not body.confirm:
        raise Invalid("confirm is not true; erasing cannot be undone, say so with confirm: true")
    return await ask.ports.citizens.confirm(ask.path["erasure"], body.number)
