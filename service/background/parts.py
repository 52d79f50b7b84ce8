"""All that the service does at its start and in the background, by name, for its guard. Refuses the log of calls, which alone may
end the service.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from hotline1022.db.stores import SqlAgentStore
from hotline1022.service.accounts.clock import AccountClock
from hotline1022.service.accounts.first_admin import first_admin
from hotline1022.service.asterisk.answers import remember_talks
from hotline1022.service.asterisk.dialplan import DialplanWatch
from hotline1022.service.background.guard import Run
from hotline1022.service.background.ticks import ticks, watchdog
from hotline1022.service.directory.watch import DirectoryWatch
from hotline1022.service.disclosure.parts import DisclosureClock
from hotline1022.service.lines.shut_out import ShutOut
from hotline1022.service.menu.notice_versions import note_versions
from hotline1022.service.notify.alarm_teller import teller_of
from hotline1022.service.recordings.catalogue_keeper import CatalogueKeeper
from hotline1022.service.tickets.agent_drafts import DraftClock
from hotline1022.service.tickets.clock import TicketClock

if TYPE_CHECKING:
    from hotline1022.service.app import App

Begin = Callable[[], Awaitable[object]]


def begun_of(app: "App") -> Mapping[str, Begin]:
    """What is done before the service is ready, in this order; telephone calls wait for none of it to succeed."""
    paths = app.settings.paths
    return {
        "the beginning of the audit": app.evidence.start,
        "versions of the notice": partial(note_versions, app.database, paths.prompts),
        "the first admin": partial(first_admin, app.users, paths.secrets),
        "the menu": app.menus.start,
        "deadlines": app.house.policies.start,
        "reasons for a pause": app.house.pauses.start,
        "limits of alarms": app.house.limits.start,
        "the directory": app.directory.start,
        "the expected wait": partial(remember_talks, app.database, app.expected),
    }


def parts_of(app: "App") -> Mapping[str, Run]:
    """Each runs by itself, and breaks by itself."""
    due = partial(app.take_overs.look, app.database)
    return {
        "the watchdog": watchdog,
        "the acting link to Asterisk": app.actor.run,
        "the reading link to Asterisk": app.reader.run,
        "filing recordings": app.recordings.run,
        "the live view": app.live.run,
        "tracks after a hold": app.segments.run,
        "positions in the queue": app.positions.run,
        "the look at the disks": app.disk.run,
        "the directory": app.directory.run,
        "the menu": app.menus.run,
        **app.house.parts(),
        "the look at the directory": DirectoryWatch(app.directory, app.bell, lambda: datetime.now(UTC)).run,
        "settling transfers": app.cascades.run,
        "calls to citizens": app.callbacks.run,
        "the catalogue of recordings": CatalogueKeeper(app.database).run,
        "plans in Asterisk": app.plans.run,
        "the look at the dial plan": DialplanWatch(app.actions, app.bell, lambda: datetime.now(UTC)).run,
        "names of the directory": app.directory_sounds.run,
        "the clock of tickets": TicketClock(app.database, app.tickets, due=due).run,
        "the bell": app.bell.run,
        "telling people of alarms": teller_of(app).run,
        **app.outbox.parts(),
        "webhooks": app.webhooks.run,
        **app.evidence.parts(),
        "backups": app.backups.run,
        **app.chores.parts(),
        **DisclosureClock(app.disclosures, app.packs).parts(),
        "retention": app.retention.run,
        **app.erasing.parts(),
        "the clock of accounts": AccountClock(app.accounts).run,
        "the clock of drafts": DraftClock(app.database).run,
        "what was left half made": app.leftovers.run,
        "wrap-up times": partial(ticks, app.agents),
        "who may be at the lines": ShutOut(app.agents, SqlAgentStore(app.database)).run,
        "reloads": app.reloads,
    }
