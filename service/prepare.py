"""What must be there before anything starts: folders, secrets, menu, prompts, Asterisk's files. Starts nothing.

Everything that can be wrong is found here, so that nothing is half-started: bad menu, missing prompt, old Asterisk.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import ConfigError
from hotline1022.ivr import prompts
from hotline1022.ivr.espeak import Espeak, find_espeak
from hotline1022.ivr.model import LAST_POSITION, MenuTree, position_language
from hotline1022.ivr.prompt_jobs import LANGUAGES, SOUNDS
from hotline1022.service.asterisk.engine import AsteriskInstance, Port
from hotline1022.service.asterisk.engine_find import AsteriskEngine, find_engine
from hotline1022.service.asterisk.render import own_texts
from hotline1022.service.backup.half_restore import must_be_whole
from hotline1022.service.menu.file import in_force
from hotline1022.service.settings.secrets import Secrets, ensure_secrets
from hotline1022.service.settings.tree import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """All that `run` needs."""

    settings: Settings
    secrets: Secrets
    menu: MenuTree
    engine: AsteriskEngine

    def asterisk(self, *, extra_conf: dict[str, str] | None = None) -> AsteriskInstance:
        """The hotline's own Asterisk, not yet started."""
        settings = self.settings
        asterisk = settings.asterisk
        host = asterisk.bind
        ports = [
            Port(host=host, number=asterisk.sip_port, kind="udp", setting="asterisk.sip_port"),
            Port(host=host, number=asterisk.sip_port, kind="tcp", setting="asterisk.sip_port"),
            Port(host="127.0.0.1", number=asterisk.ami_port, kind="tcp", setting="asterisk.ami_port"),
        ]
        if asterisk.tls_port:
            ports.append(Port(host=host, number=asterisk.tls_port, kind="tcp", setting="asterisk.tls_port"))
        return AsteriskInstance(
            settings.paths.asterisk,
            own_texts(settings, self.secrets) | (extra_conf or {}),
            self.engine,
            system_name=settings.hotline.system_name,
            ports=ports,
            sounds=_sounds(settings),
            options={"defaultlanguage": settings.hotline.language},
        )


def _sounds(settings: Settings) -> dict[str, Path]:
    """Where Asterisk finds our sounds, by language: one more for each position in the queue."""
    folder = settings.paths.prompts / LANGUAGES
    positions = [position_language(n) for n in range(1, LAST_POSITION + 1)]
    return {settings.hotline.language: settings.paths.prompts / SOUNDS, **{n: folder / n for n in positions}}


def folders(settings: Settings) -> None:
    """Make every data folder; ConfigError when the place is not ours to write, or is half restored (`restore-unfinished`)."""
    paths = settings.paths
    must_be_whole(paths.data)
    try:
        made = (
            paths.db,
            paths.recordings,
            paths.attachments,
            paths.spool,
            paths.asterisk,
            paths.prompts,
            paths.journal,
        )
        for folder in made:
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    except OSError as error:
        raise ConfigError(
            f"{error.filename}: cannot be made ({error.strerror}); set paths.data to a folder you may write",
            error_id="data-unwritable",
        ) from error


def prepare(settings: Settings, watch: prompts.Progress | None = None) -> Prepared:
    """Check and make everything. Blocks for seconds at the first start (prompts are spoken), with progress on stderr.

    `watch` is told of each prompt (how many there are by now, of how many); what it raises ends the work.
    """
    menu = in_force(settings)
    engine = find_engine(settings.asterisk.binary)
    folders(settings)
    secrets = ensure_secrets(settings.paths.secrets, settings.lines.numbers)
    speak_prompts(settings, menu, watch=watch)
    return Prepared(settings=settings, secrets=secrets, menu=menu, engine=engine)


def speak_prompts(
    settings: Settings, menu: MenuTree, *, while_running: bool = False, watch: prompts.Progress | None = None
) -> int:
    """Make the prompts that are missing or whose text changed; how many. While calls hear them: all of them or none."""
    paths = settings.paths
    progress = None if while_running else _progress(watch)
    built = prompts.build(menu, paths.prompts, paths.prompts_studio, _espeak(), progress, while_running=while_running)
    for warning in built.warnings:
        print(f"  {warning}", file=sys.stderr)
    absent = prompts.missing(menu, settings.paths.prompts)
    if absent:
        raise ConfigError(
            f"prompts are missing: {', '.join(absent[:5])}; delete {settings.paths.prompts} and start again",
            error_id="prompt-missing",
        )
    return built.made


def speak_further(settings: Settings, menu: MenuTree, more: Mapping[str, str]) -> prompts.Further:
    """Make prompts that the menu does not have (key → text) in its voice, while calls go on. Blocks for seconds."""
    paths = settings.paths
    return prompts.build_further(menu, more, paths.prompts, paths.prompts_studio, _espeak())


def _espeak() -> Espeak | None:
    try:
        return find_espeak()
    except ConfigError:
        return None


def _progress(watch: prompts.Progress | None) -> prompts.Progress:
    first = True

    def show(done: int, total: int) -> None:
        nonlocal first
        if watch is not None:
            watch(done, total)
        if first and done == total:
            return
        first = False
        end = "\n" if done == total else ""
        if sys.stderr.isatty():
            print(f"\r  {prompts.progress_text(done, total)}", end=end, file=sys.stderr, flush=True)
        elif done == total or done % 20 == 0:
            print(f"  {prompts.progress_text(done, total)}", file=sys.stderr, flush=True)

    return show
