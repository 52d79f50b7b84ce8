"""The composition root: every part is made here, and one TaskGroup owns all that runs. Refuses to start half of it."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import time
from datetime import UTC, datetime, timedelta

import sdnotify
from aiohttp import web as aiohttp_web

from hotline1022.ami_bridge.actions import AmiActions
from hotline1022.ami_bridge.fastagi import FastAgiServer
from hotline1022.ami_bridge.journal import Journal
from hotline1022.ami_bridge.link import AmiLink
from hotline1022.ami_bridge.types import TransferRefused
from hotline1022.core.call import Call, RaiseAlarm
from hotline1022.core.clock import utc_now
from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.core.said import said
from hotline1022.db.migrate import migrate
from hotline1022.db.stores import SqlAgentStore, SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.notify.links import Links
from hotline1022.queue.agents import Agents
from hotline1022.queue.expected_wait import ExpectedWait
from hotline1022.queue.waiting import WaitingRoom
from hotline1022.recordings.facts import facts_of
from hotline1022.recordings.on_demand import COPY_SECONDS
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.pool import HeavyPool
from hotline1022.recordings.reasons import load_reasons
from hotline1022.service.accounts.desk import AccountDesk, terms_of
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.service.accounts.user_ends import UserEnds
from hotline1022.service.alarms import Bell
from hotline1022.service.asterisk.answers import Desk
from hotline1022.service.asterisk.console import Console
from hotline1022.service.asterisk.questions import Questions, answer_on
from hotline1022.service.background.chore_parts import backups_of, chores_of
from hotline1022.service.background.guard import Guard
from hotline1022.service.background.parts import begun_of, parts_of
from hotline1022.service.calls.abandoned import AbandonedList
from hotline1022.service.calls.call_log import CallLog, Saved
from hotline1022.service.calls.callback_parts import callbacks_of
from hotline1022.service.calls.log_store import DatabaseLogStore
from hotline1022.service.calls.segments import Segments
from hotline1022.service.cascades.hunts import Cascades
from hotline1022.service.cascades.phone_button import PhoneButton
from hotline1022.service.cascades.plan_keeper import PlanKeeper
from hotline1022.service.citizen.erasing import Erasing
from hotline1022.service.citizen.parts import citizens_of
from hotline1022.service.directory.desk import DirectoryDesk, numbers_of
from hotline1022.service.directory.token_ends import TokenEnds
from hotline1022.service.disclosure.pack_desk import PackDesk
from hotline1022.service.disclosure.parts import desk_of as disclosures_of
from hotline1022.service.evidence.parts import EvidenceParts
from hotline1022.service.house_parts import HouseParts
from hotline1022.service.http_api import http_of, listen
from hotline1022.service.lines.hands import AmiLanguage, AmiQueueHands, AmiSnapshot
from hotline1022.service.lines.pins import verify_pin
from hotline1022.service.lines.positions import Positions
from hotline1022.service.live.link import Live
from hotline1022.service.live.of_call import OfCall
from hotline1022.service.live.parts import LiveParts
from hotline1022.service.lock import locked
from hotline1022.service.menu.file import in_force
from hotline1022.service.menu.parts import menus_of, sounds_of
from hotline1022.service.notify.outbox_book import OutboxBook
from hotline1022.service.notify.parts import worker_of
from hotline1022.service.prepare import folders
from hotline1022.service.recordings.copies_parts import copies_of, stereo_of
from hotline1022.service.recordings.disk_watch import DiskWatch
from hotline1022.service.recordings.ffmpeg_find import FfmpegFinder
from hotline1022.service.recordings.leftovers import leftovers_of
from hotline1022.service.recordings.recorder_keys import keys_of
from hotline1022.service.recordings.recorder_ports import AsteriskChannels, DatabaseCallBook, LoggedNotices
from hotline1022.service.recordings.voicemail_gate import VoicemailGate
from hotline1022.service.reload import LOCK, Reloaded, reload, tell, write_answer
from hotline1022.service.retention.parts import retention_of
from hotline1022.service.settings.language import lacking
from hotline1022.service.settings.secrets import ensure_secrets
from hotline1022.service.settings.tree import Settings
from hotline1022.service.tickets.agent_drafts import AgentDrafts
from hotline1022.service.tickets.join import desk_of, notices_of, take_overs_of
from hotline1022.service.tickets.status import StatusByPhone
from hotline1022.service.webhooks.parts import worker_of as webhooks_of

log = logging.getLogger(__name__)

#: how long recordings may take to be filed at a stop, seconds; what is left stays in the spool for the next start
DRAIN_SECONDS = 8.0


class App:
    """The service."""

    def __init__(self, settings: Settings, config: str | None = None) -> None:
        self.settings, self.config = settings, config
        #: files of Asterisk that a reload wrote and could not tell it of
        self.asterisk_owed: set[str] = set()
        paths = settings.paths
        self.secrets = secrets = ensure_secrets(paths.secrets, settings.lines.numbers)
        self.keys = keys_of(settings)
        self.menu = in_force(settings)
        self.database = Database(settings.database_url)
        self.house = HouseParts(self)
        self.reasons = load_reasons(paths.listening_reasons)
        self.closed = closed = self.house.closed
        ends = (TokenEnds(self.database, utc_now), UserEnds(self.database, utc_now))
        self.links = Links(secret=secrets.links)
        self.accounts = AccountDesk(self.database, secrets.accounts, utc_now, lambda: terms_of(self.settings))
        self.users = UserAdmin(self.database, utc_now)
        self.take_overs = take_overs_of(settings, self.links)
        self.directory = DirectoryDesk(
            self.database, lambda: numbers_of(self.settings), ended=ends, also=self.take_overs.tell, closed=closed
        )
        self.bell = Bell(self.database, timedelta(seconds=settings.emergency.alarm_repeat_seconds))
        self.guard = Guard(self.bell)
        self.broadcast = LiveParts(self.database, self.bell, lambda: self.call_log)
        self.news = self.broadcast.news
        self.book = OutboxBook(self.database, self.bell)
        notices = notices_of(settings, self.links, self.directory.read)
        self.outbox = worker_of(settings, self.database, self.book, self.bell, notices)
        self.webhooks = webhooks_of(self)
        self.reader = self._link("hl1022-reader", secrets.ami_reader, events=True)
        self.actor = self._link("hl1022-actor", secrets.ami_actor, events=False)
        self.actions = actions = AmiActions(self.actor)
        wrap_up = timedelta(seconds=settings.queue.wrap_up_seconds)
        self.agents = Agents(
            lines=settings.lines.numbers,
            reasons=self.house.pauses.codes,
            store=SqlAgentStore(self.database),
            hands=AmiQueueHands(actions),
            bell=self.bell,
            verify_pin=verify_pin,
            wrap_up=wrap_up,
            seen=self.news.line,
        )
        self.waiting = WaitingRoom()
        self.expected = ExpectedWait(wrap_up)
        self.call_log = CallLog(
            journal=Journal(paths.journal / "cel.jsonl"),
            store=DatabaseLogStore(self.database),
            on_complete=self._complete,
            on_alarm=self._alarm,
            on_saved=self._saved,
        )
        self.of_call = OfCall(self.call_log.call_of)
        self.tickets = desk_of(settings, self.database, self.directory.read, notices, self.house.policies.policy)
        self.drafts = AgentDrafts(self.database, self.tickets)
        self.directory_sounds = sounds_of(self)
        self.menus = menus_of(self)
        self.cascades = Cascades(
            database=self.database,
            directory=self.directory,
            tickets=self.tickets,
            call_log=self.call_log,
            about=self.directory_sounds.about,
            bell=self.bell,
        )
        self.callbacks = callbacks_of(self)
        self.abandoned = AbandonedList(self.database)
        self.button = PhoneButton(self.call_log, actions)
        self.status = StatusByPhone(database=self.database, agency=self.directory_sounds.agency)
        self.plans = PlanKeeper(self.directory, Console(settings), closed, lambda: datetime.now(UTC))
        self.pool = HeavyPool()
        ffmpeg = FfmpegFinder(settings.copies.ffmpeg)
        self.recordings = RecordingWorker(
            spool=paths.spool,
            root=paths.recordings,
            store=SqlRecordingStore(self.database),
            book=DatabaseCallBook(self.database),
            channels=AsteriskChannels(self.call_log, lambda: self.live.up),
            notices=LoggedNotices(),
            pool=self.pool,
            ffmpeg=ffmpeg,
            keys=self.keys,
        )
        self.copying = HeavyPool(seconds=COPY_SECONDS)
        self.copies = copies_of(settings, self.database, self.copying)
        self.evidence = EvidenceParts(settings, self.database, self.bell, self.pool, config)
        self.backups = backups_of(lambda: self.settings, self.database, self.bell, config)
        self.chores = chores_of(lambda: self.settings, self.database, self.bell, config)
        self.disclosures = disclosures_of(
            settings,
            self.database,
            originals=self.evidence.originals,
            copy=stereo_of(self.recordings.listening_copy),
            stamp=self.evidence.stamper.stamp,
            ffmpeg=ffmpeg,
        )
        self.citizens = citizens_of(settings, self.database)
        self.erasing = Erasing(self.citizens, self.database)
        self.packs = PackDesk(self.database, self.disclosures, paths.packages)
        self.retention = retention_of(
            lambda: self.settings.retention,
            paths,
            self.database,
            self.bell,
            pool=self.pool,
            examiner=self.evidence.examiner,
            elsewhere=[self.copies],
            keys=self.keys,
        )
        self.leftovers = leftovers_of(paths, self.database, self.pool, self.recordings.making)
        self.segments = Segments(actions, Console(settings), paths.spool, self.call_log.note)
        self.positions = Positions(
            lambda call, language: AmiLanguage(actions).set(self.call_log.citizen(call), language)
        )
        self.live = Live(
            agents=self.agents,
            waiting=self.waiting,
            expected=self.expected,
            call_log=self.call_log,
            bell=self.bell,
            snapshot=AmiSnapshot(actions),
            segments=self.segments,
            positions=self.positions,
            actor_up=self.actor.wait_up,
            ring=timedelta(seconds=settings.queue.ring_seconds),
            max_wait=timedelta(seconds=settings.queue.max_wait_seconds),
            news=self.news,
        )
        self.disk = DiskWatch(
            [paths.data, paths.spool, paths.recordings, paths.journal],
            self.bell,
            limits=lambda: self.house.limits.disk,
            voicemail=VoicemailGate(Console(settings)),
            over=self.bell.over,
            unrecorded=SqlRecordingStore(self.database),
        )
        self.desk = Desk(menu=lambda: self.menu, agents=self.agents, waiting=self.waiting, expected=self.expected)
        self.agi = FastAgiServer(port=settings.service.agi_port)
        answer_on(
            self.agi,
            Questions(desk=self.desk, cascades=self.cascades, status=self.status, live=self.live),
            seconds=settings.service.ask_seconds,
        )
        self._stopping = asyncio.Event()
        self._reload_wanted = asyncio.Event()

    def _link(self, account: str, secret: str, *, events: bool) -> AmiLink:
        return AmiLink(
            host="127.0.0.1",
            port=self.settings.asterisk.ami_port,
            username=account,
            secret=secret,
            on_event=self._live_event if events else None,
            at_once=(lambda event: self.news.heard(self.of_call.told(event))) if events else lambda event: None,
        )

    async def _live_event(self, event: object) -> None:
        if isinstance(event, TransferRefused):
            await self.button.pressed(event)
        else:
            await self.live.handle(self.of_call.told(event))  # type: ignore[arg-type]

    # -- what follows from the call log

    def _saved(self, saved: Saved) -> None:
        self.cascades.saved(saved)
        self.callbacks.saved(saved)
        self.abandoned.saved(saved)
        self.news.saved(saved)

    async def _complete(self, call: Call) -> None:
        if not call.refused:
            async with self.guard.beside("filing a recording"):  # else the sweep of the spool finds it
                self.recordings.submit(facts_of(call, voicemail_reason=call.voicemail_reason))

    async def _alarm(self, alarm: RaiseAlarm) -> None:
        async with self.guard.beside("an alarm of the log"):
            await self.bell.ring(alarm.kind, said("alarm-said.emergency"), alarm.call)

    # -- life

    def ask_to_stop(self) -> None:
        """Finish what is under way, then end."""
        self._stopping.set()

    def ask_to_reload(self) -> None:
        """Read settings and menu anew; asked again meanwhile, once more afterwards."""
        self._reload_wanted.set()

    async def reloads(self) -> None:
        """Do what `ask_to_reload` asks for; until cancelled."""
        while True:
            await self._reload_wanted.wait()
            self._reload_wanted.clear()
            begun = time.monotonic()
            result = Reloaded(done=False, lines=("The reload broke; the service's log says why.",))
            async with self.guard.beside("a reload"):
                result = await reload(self, self.config)
            await tell(self, result)
            try:
                await asyncio.to_thread(write_answer, self.settings.paths.data, begun, self.config, result)
            except OSError as error:
                log.error("reload: its answer cannot be written: %s", error)

    async def run(self) -> None:
        """Start everything, say so, and run until asked to stop."""
        migrated = await migrate(self.settings.database_url)
        if migrated.backup:
            log.info("schema %s -> %s; the old file is kept as %s", migrated.before, migrated.after, migrated.backup)
        for part, begin in begun_of(self).items():  # the telephone does not wait for the desk
            async with self.guard.beside(part):
                await begin()
        await self.call_log.start()
        await self.agi.start()
        runner = aiohttp_web.AppRunner(http_of(self), access_log=None)
        await runner.setup()
        try:
            await listen(runner, self.settings.service)
            async with asyncio.TaskGroup() as group:
                kept = (self.guard.keep(part, run) for part, run in parts_of(self).items())
                work = [group.create_task(one) for one in (self.call_log.run(), *kept)]
                with contextlib.suppress(Unavailable):
                    await self.reader.wait_up(5.0)
                    # who keys *14 right now must not hear that nobody is logged in
                    await self.live.known(5.0)
                gc.collect()
                gc.freeze()  # what is there now stays: the collector need not look through it while a citizen waits
                self._tell_ready()
                await self._stopping.wait()
                await self._wind_down()
                for task in work:
                    task.cancel()
        finally:
            await runner.cleanup()
            await self.evidence.end()
            await self.agi.close()
            await self.pool.close()
            await self.copying.close(seconds=0.5)
            await self.database.close()

    async def _wind_down(self) -> None:
        """Read the journal to its end, file what has ended; the spool keeps what does not fit in the time."""
        log.info("stopping: writing down what is under way")
        await self.agi.close()
        deadline = time.monotonic() + DRAIN_SECONDS
        position = None
        while time.monotonic() < deadline and position != self.call_log.position:
            position = self.call_log.position
            await asyncio.sleep(0.2)
        if not await self.recordings.drain(seconds=max(0.5, deadline - time.monotonic())):
            log.warning("some recordings are not filed yet; the next start goes on with them")
        await self.outbox.drain(seconds=max(0.5, deadline - time.monotonic()))
        for link in (self.reader, self.actor):
            await link.close()

    def _tell_ready(self) -> None:
        sdnotify.SystemdNotifier().notify("READY=1")
        if os.environ.get("TELL_READY") == "stdout":
            print("ready", flush=True)
        log.info("the service is ready")


async def serve(settings: Settings, config: str | None = None) -> None:
    """Run the service until SIGTERM or Ctrl-C; SIGHUP reads the settings file `config` and the menu anew."""
    folders(settings)
    with contextlib.suppress(ConfigError):  # told where the settings were read
        if said := lacking(settings.desk):
            log.warning("%s", said)
    loop = asyncio.get_running_loop()
    early: list[bool] = []  # SIGHUP while it starts must not end it
    loop.add_signal_handler(signal.SIGHUP, early.append, True)
    with locked(settings.paths.data / LOCK, "the service"):
        app = App(settings, config)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, app.ask_to_stop)
        loop.add_signal_handler(signal.SIGHUP, app.ask_to_reload)
        if early:
            app.ask_to_reload()
        await app.run()
