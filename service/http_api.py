"""The HTTP side of the service: its parts as the views that the API's routes ask. Refuses a port that somebody
else has.
"""

from typing import TYPE_CHECKING

from aiohttp import web as aiohttp_web

import hotline1022
from hotline1022.core.clock import utc_now
from hotline1022.core.errors import ConfigError
from hotline1022.service.accounts.token_desk import TokenDesk
from hotline1022.service.cascades.view import CascadesView
from hotline1022.service.checks import NamedCheck, disk_has_room, sip_answers
from hotline1022.service.citizen.parts import citizen_exporter
from hotline1022.service.citizen.view import CitizenApi
from hotline1022.service.directory.desk import menu_categories
from hotline1022.service.directory.letters import LettersDesk
from hotline1022.service.directory.view import DirectoryView
from hotline1022.service.disclosure.parts import links_of
from hotline1022.service.disclosure.view import DisclosuresView
from hotline1022.service.faq.desk import FaqDesk
from hotline1022.service.figures.view import FiguresView
from hotline1022.service.figures.wall_desk import WallDesk
from hotline1022.service.lines.people import PeopleDesk
from hotline1022.service.lines.pins import hash_pin
from hotline1022.service.lines.roster_desk import RosterDesk
from hotline1022.service.live.line_call_view import LineCallsView
from hotline1022.service.menu.parts import menu_view_of
from hotline1022.service.metrics import registry_of
from hotline1022.service.notify.gateway_desk import gateways_of
from hotline1022.service.notify.parts import templates_of
from hotline1022.service.notify.template_parts import template_desk_of
from hotline1022.service.notify.view import OutboxView
from hotline1022.service.notify.watcher_desk import WatcherDesk
from hotline1022.service.recordings.catalogue_view import CatalogueApi
from hotline1022.service.recordings.export import Exporter
from hotline1022.service.recordings.export_desk import ExportDesk
from hotline1022.service.recordings.listening_desk import ListeningDesk
from hotline1022.service.retention.view import RetentionView
from hotline1022.service.settings.tree import Service
from hotline1022.service.tickets.deadlines_view import DeadlinesView
from hotline1022.service.tickets.link_desk import LinkDesk
from hotline1022.service.tickets.view import TicketsView
from hotline1022.service.views import (
    AlarmList,
    CallsView,
    LinesView,
    QueueNowView,
    ShiftsView,
    TokensView,
    VoicemailList,
)
from hotline1022.service.webhooks.parts import desk_of as webhook_desk_of
from hotline1022.tickets.attachments import Shelf
from hotline1022.web.app import make_app
from hotline1022.web.ports import Ports

if TYPE_CHECKING:
    from hotline1022.service.app import App


def http_of(app: "App") -> aiohttp_web.Application:
    """The API over the parts of this service."""
    settings = app.settings
    asterisk = settings.asterisk

    async def sip() -> None:
        await sip_answers(asterisk.bind, asterisk.sip_port)

    async def database() -> None:
        await app.database.ping()

    async def disk() -> None:
        await disk_has_room(settings.paths.data)

    packages = links_of(settings, app.database, app.disclosures)

    return make_app(
        Ports(
            calls=CallsView(app.database),
            disclosures=DisclosuresView(app.database, app.disclosures, packages),
            packages=packages,
            packs=app.packs,
            listening=ListeningDesk(
                database=app.database,
                worker=app.recordings,
                copies=app.copies,
                paths=settings.paths,
                keys=app.keys,
                originals=app.evidence.originals,
                bell=app.bell,
                reasons=app.reasons,
                book=app.evidence.heard,
            ),
            exports=ExportDesk(
                Exporter(
                    database=app.database,
                    root=settings.paths.recordings,
                    data=settings.paths.data,
                    originals=app.evidence.originals,
                    bell=app.bell,
                    reasons=app.reasons,
                    keys=app.keys,
                )
            ),
            backups=app.backups,
            chores=app.chores,
            catalogue=CatalogueApi(app.database),
            citizens=CitizenApi(
                app.citizens,
                citizen_exporter(settings, app.database, app.evidence.originals, app.bell),
                app.erasing,
                app.database,
            ),
            evidence=app.evidence.desk,
            retention=RetentionView(app.database, lambda: app.settings.retention),
            lines=LinesView(app.agents, lambda: app.house.pauses.names),
            callers=LineCallsView(app.database, app.agents, app.broadcast.at_lines, app.call_log.call, utc_now),
            live=app.broadcast.bus,
            queue=QueueNowView(app.waiting, app.agents, app.expected, lambda: app.live.lost_at),
            abandoned=app.abandoned,
            voicemails=VoicemailList(app.database),
            alarms=AlarmList(app.database, app.news.alarm_seen),
            watch=WatcherDesk(app.database, templates_of(settings), utc_now),
            limits=app.house.limits,
            shifts=ShiftsView(app.database, app.agents),
            roster=RosterDesk(app.database),
            pauses=app.house.pauses,
            deadlines=DeadlinesView(app.house.policies, utc_now),
            people=PeopleDesk(app.database, hash_pin, app.agents.rename),
            directory=DirectoryView(app.directory, app.database, lambda: app.menu),
            letters=LettersDesk(app.database, Shelf(settings.paths.attachments)),
            menu=menu_view_of(app),
            tickets=TicketsView(app.database, app.tickets),
            figures=FiguresView(app.database, lambda: app.directory.now, lambda: menu_categories(app.menu)),
            faq=FaqDesk(app.database, app.directory.fresh, utc_now, soon_days=settings.desk.faq_soon_days),
            drafts=app.drafts,
            attachments_root=settings.paths.attachments,
            outbox=OutboxView(app.database, budget=settings.notify.sms_budget),
            templates=template_desk_of(settings, app.database),
            gateways=gateways_of(app),
            webhooks=webhook_desk_of(app),
            links=LinkDesk(app.database, app.links, app.directory.fresh, app.tickets),
            callbacks=app.callbacks,
            cascades=CascadesView(app.database, app.cascades, app.directory, app.call_log, app.actions),
            tokens=TokensView(app.database, app.directory.fresh),
            api_tokens=TokenDesk(app.database, utc_now),
            door=app.accounts,
            users=app.users,
            wallboards=WallDesk(app.database, utc_now),
            acts=app.evidence.acts,
            checks=[
                NamedCheck("sip", sip),
                NamedCheck("ami", app.actions.ping),
                NamedCheck("disk", disk),
                NamedCheck("database", database),
            ],
            registry=registry_of(app),
            clock=utc_now,
        ),
        version=hotline1022.__version__,
    )


async def listen(runner: aiohttp_web.AppRunner, service: Service) -> None:
    """Take connections; ConfigError `port-taken`."""
    try:
        await aiohttp_web.TCPSite(runner, service.http_address, service.http_port).start()
    except OSError as error:
        raise ConfigError(
            f"port {service.http_port} on {service.http_address} cannot be used ({error.strerror}); "
            "end what uses it, or set service.http_port",
            error_id="port-taken",
        ) from error
