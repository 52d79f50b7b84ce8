"""Makes every sound the telephone plays: prompts, numbers, the queue's own words, the beep and the music on hold.

Only what changed is made anew (`manifest.json` holds what each file was made from); a studio recording of the same
name wins over the spoken text. Writes nothing half: each file appears whole under its name or not at all.

    DIR/sounds/vi/hl1022/KEY.{wav,alaw}     the menu's prompts, and about-ID, agency-ID of what only the directory has
    DIR/sounds/vi_N/hl1022/press-star       what is heard at position N of the queue
    DIR/sounds/vi/digits/*, queue-*, beep   what Asterisk plays by itself
    DIR/moh/hl1022.alaw                     music on hold
"""

import io
import multiprocessing
import tempfile
import wave
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from hotline1022.core.errors import ConfigError
from hotline1022.ivr import audio, music
from hotline1022.ivr.espeak import CURE, Espeak, speak
from hotline1022.ivr.flow import PROMPT_FOLDER
from hotline1022.ivr.model import MenuTree
from hotline1022.ivr.prompt_files import Made, alone, read_manifest, there, write, write_manifest
from hotline1022.ivr.prompt_jobs import MUSIC, SOUNDS, Job, endings, further_jobs, jobs, of_the_directory

#: a longer prompt is not listened to; it is made, and warned of
LONGEST_SECONDS = 30.0
PROCESSES = 2
#: fewer sounds than this are made sooner than two processes have started
FEW = 8

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build did."""

    #: how many sounds there are, and how many were made now
    total: int
    made: int
    removed: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """What is there of the prompts that were asked for beside the menu's."""

    #: keys that have a sound
    ready: frozenset[str]
    made: int
    #: why one could not be made
    failed: tuple[str, ...]


def progress_text(done: int, total: int) -> str:
    """One line for the terminal."""
    return f"Prompts {done}/{total}"


def missing(tree: MenuTree, folder: Path) -> tuple[str, ...]:
    """The files of `tree` that are absent or empty below `folder`."""
    wanted = [name + ending for name in jobs(tree, None) for ending in endings(name)]
    return tuple(file for file in sorted(wanted) if not there(folder / file))


def build(
    tree: MenuTree,
    folder: Path,
    studio: Path | None,
    espeak: Espeak | None,
    progress: Progress | None = None,
    *,
    while_running: bool = False,
) -> Built:
    """Make what is missing or changed below `folder`, and delete what is no longer wanted. Blocks: run it in a thread.

    `while_running`: calls hear these sounds just now. All are made before the first is put in its place, so that an
    error changes nothing, and nothing is deleted: the next ordinary build does that.
    `espeak` may be None when it is known that nothing needs speaking. Errors: ConfigError, which names the cure.
    """
    if studio is not None and not studio.is_dir():
        raise ConfigError(f"{studio} is no folder; create it, or leave paths.prompts_studio empty")
    wanted = jobs(tree, studio)
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder):
        known = read_manifest(folder)
        stale = {name: job for name, job in wanted.items() if not _is_fresh(folder, job, known.get(name))}
        if while_running:
            _make_beside(stale, folder, espeak, known)
            heard = {name: one for name, one in read_manifest(folder).items() if name in wanted}
            return Built(
                total=len(wanted),
                made=len(stale),
                removed=0,
                warnings=(*_long(heard), *_unused(studio, wanted)),
            )
        theirs = {name: made for name, made in known.items() if name not in wanted and of_the_directory(name)}
        removed = _remove_unwanted(folder, wanted.keys() | theirs.keys(), known)
        fresh = theirs | {name: made for name, made in known.items() if name in wanted and name not in stale}
        # What is about to be replaced is forgotten first: after a crash it is made again, never taken for the old.
        write_manifest(folder, fresh)
        if progress:
            progress(len(wanted) - len(stale), len(wanted))
        try:
            for done, (name, made) in enumerate(_make_all(list(stale.values()), folder, espeak), start=1):
                fresh[name] = made
                if progress:
                    progress(len(wanted) - len(stale) + done, len(wanted))
        finally:
            write_manifest(folder, fresh)
    return Built(
        total=len(wanted), made=len(stale), removed=removed, warnings=(*_long(fresh), *_unused(studio, wanted))
    )


def build_further(
    tree: MenuTree, more: Mapping[str, str], folder: Path, studio: Path | None, espeak: Espeak | None
) -> Further:
    """Make prompts that the menu does not have (key → text), such as names in the directory, while calls go on. Blocks.

    One that cannot be made stops no other. ConfigError `prompts-busy`, or when a file cannot be written.
    """
    wanted = further_jobs(tree, more, studio)
    known = read_manifest(folder)
    stale = {key: job for key, job in wanted.items() if not _is_fresh(folder, job, known.get(job.name))}
    ready, failed = wanted.keys() - stale.keys(), []
    if stale:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            for key, job in stale.items():
                try:
                    _make_beside({job.name: job}, folder, espeak, read_manifest(folder))
                    ready.add(key)
                except ConfigError as error:
                    failed.append(f"{key}: {error}")
    made = len(stale) - len(failed)
    return Further(ready=frozenset(ready), made=made, failed=tuple(failed))


def _make_beside(stale: Mapping[str, Job], folder: Path, espeak: Espeak | None, known: Mapping[str, Made]) -> None:
    """Make these sounds in a folder beside, then move them all into their places."""
    if not stale:
        return
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as beside:
        made = dict(_make_all(list(stale.values()), Path(beside), espeak))
        # As in an ordinary build: what is about to be replaced is forgotten first.
        write_manifest(folder, {name: one for name, one in known.items() if name not in made})
        for name in made:
            for ending in endings(name):
                (folder / (name + ending)).parent.mkdir(parents=True, exist_ok=True)
                (Path(beside) / (name + ending)).replace(folder / (name + ending))
    write_manifest(folder, {**known, **made})


def _make_all(stale: list[Job], folder: Path, espeak: Espeak | None) -> Iterator[tuple[str, Made]]:
    if len(stale) < FEW:
        for job in stale:
            yield job.name, make(job, folder, espeak)
        return
    pool = ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn"))
    try:
        running = {pool.submit(make, job, folder, espeak): job.name for job in stale}
        for future in as_completed(running):
            yield running[future], future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def make(job: Job, folder: Path, espeak: Espeak | None) -> Made:
    """Make one sound and write its files."""
    if job.recording is not None:
        origin, pcm = "studio", audio.read_recording(Path(job.recording))
    elif job.spoken:
        if espeak is None:
            raise ConfigError(f"{job.name} must be spoken, and espeak-ng is missing; {CURE}", error_id="espeak-missing")
        with wave.open(io.BytesIO(speak(espeak, job.voice, job.spoken))) as reader:
            origin, pcm = "espeak", audio.to_telephone(reader.readframes(reader.getnframes()), reader.getframerate())
    else:
        origin, pcm = "made", music.music() if job.name == MUSIC else audio.tone(1_000, 0.3)
    if origin != "made":
        level = music.LEVEL_DBFS if job.name == MUSIC else audio.SPEECH_DBFS
        pcm = audio.levelled(audio.without_rumble(pcm), level=level)
        pcm = pcm if job.name == MUSIC else audio.trimmed(pcm, tail_ms=job.tail_ms)
    if not pcm:
        what = f"the recording {job.recording}" if job.recording else f"the text {job.spoken!r} of {job.name}"
        raise ConfigError(f"{what} is silent; record it again or write a text that can be spoken", error_id="silent")
    contents = {".wav": audio.wav, ".alaw": audio.alaw}
    for ending in endings(job.name):
        write(folder / (job.name + ending), contents[ending](pcm))
    measures = audio.measure(pcm)
    return Made(
        source=job.source,
        origin=origin,
        seconds=round(measures.seconds, 3),
        rms_dbfs=measures.rms_dbfs,
        peak_dbfs=measures.peak_dbfs,
        first_sound_ms=measures.first_sound_ms,
    )


def _is_fresh(folder: Path, job: Job, made: Made | None) -> bool:
    files = [folder / (job.name + ending) for ending in endings(job.name)]
    return made is not None and made.source == job.source and all(there(file) for file in files)


def _remove_unwanted(folder: Path, wanted: Collection[str], known: Mapping[str, Made]) -> int:
    """Delete what an earlier build made and nobody wants, and all strangers in our own folder of prompts."""
    unwanted = {folder / (name + ending) for name in known if name not in wanted for ending in endings(name)}
    own = folder / SOUNDS / PROMPT_FOLDER
    wanted_files = {folder / (name + ending) for name in wanted for ending in endings(name)}
    if own.is_dir():
        unwanted |= {file for file in own.iterdir() if file not in wanted_files}
    present = [file for file in unwanted if file.is_file()]
    for file in present:
        file.unlink()
    return len(present)


def _long(made: Mapping[str, Made]) -> list[str]:
    return [
        f"the prompt {Path(name).name} lasts {one.seconds:.0f} s; shorten its text to under {LONGEST_SECONDS:.0f} s"
        for name, one in sorted(made.items())
        if name != MUSIC and one.seconds > LONGEST_SECONDS
    ]


def _unused(studio: Path | None, wanted: Mapping[str, Job]) -> list[str]:
    if studio is None:
        return []
    used = {job.recording for job in wanted.values()}
    return [
        f"the recording {file} has no prompt of its name; name it after the prompt's key"
        for file in sorted(studio.rglob("*.wav"))
        if str(file) not in used and not of_the_directory(f"{SOUNDS}/{PROMPT_FOLDER}/{file.stem}")
    ]
