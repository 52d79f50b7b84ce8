"""The routes of the texts of messages. Numbers in them are offices', and what is sent back must be what was read: nothing is masked."""

from hotline1022.accounts.types import Permission
from hotline1022.notify.types import TemplateVersion
from hotline1022.web import templates as h
from hotline1022.web import templates_wire as w
from hotline1022.web.route import Route

_ONE = "/api/templates/{template}"

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/templates",
        needs=Permission.SETTINGS,
        summary="What each SMS and email says",
        handler=h.list_templates,
        answer=w.TemplateList,
        exact=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        needs=Permission.SETTINGS,
        summary="One message: its text, every version, its placeholders, an example",
        handler=h.get_message_template,
        answer=w.TemplateDetail,
        exact=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/check",
        needs=Permission.SETTINGS,
        summary="What is wrong with a text, by line, and what people would get; changes nothing",
        handler=h.check_template,
        body=w.TemplateCheckBody,
        answer=w.TemplateChecked,
        typing=True,
        exact=True,
    ),
    Route(
        method="POST",
        path=_ONE,
        needs=Permission.SETTINGS,
        summary="Put a text in force; messages that wait keep theirs",
        detail="template-invalid with a line for each fault, template-changed, template-same.",
        handler=h.save_template,
        body=w.TemplateBody,
        answer=TemplateVersion,
        exact=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/again",
        needs=Permission.SETTINGS,
        summary="Put an earlier version, or the file's text, in force again",
        handler=h.restore_template,
        body=w.TemplateAgainBody,
        answer=TemplateVersion,
        exact=True,
    ),
)
