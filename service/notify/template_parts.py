"""Where the texts of messages are put together for the pages and the API. Refuses nothing."""

from pathlib import Path

from hotline1022.core.clock import utc_now
from hotline1022.db.unit import Database
from hotline1022.notify.links import KEY
from hotline1022.notify.policy import LinkMaker
from hotline1022.service.notify.parts import templates_of
from hotline1022.service.notify.template_desk import TemplateDesk
from hotline1022.service.settings.tree import Settings

#: as long as the key of a link
_EXAMPLE = ("vidu" * KEY)[:KEY]


def template_desk_of(settings: Settings, database: Database) -> TemplateDesk:
    """What people do to them; ConfigError `templates-invalid`."""
    named = settings.notify.templates
    return TemplateDesk(
        database,
        templates_of(settings),
        file=Path(named).name if named else "",
        link=_example_link(settings.notify.link_address),
        clock=utc_now,
    )


def _example_link(address: str) -> LinkMaker | None:
    """A link that opens nothing; None where messages have none."""
    return (lambda contact, ticket: f"{address}{_EXAMPLE}") if address else None
