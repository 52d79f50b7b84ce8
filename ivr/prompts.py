"""Makes every sound the telephone plays: prompts, numbers, the queue's own words, the beep and the music on hold.

Only what changed is made anew (`manifest.json` holds what each file was made from); a studio recording of the same
name wins over the spoken text. Writes nothing half: each file appears whole under its name or not at all.

    DIR/sounds/vi/hl1022/KEY.{wav,alaw}     the menu's prompts
    DIR/sounds/vi_N/hl1022/press-star       what is heard at position N of the queue
    DIR/sounds/vi/digits/*, queue-*, beep   what Asterisk plays by itself
    DIR/moh/hl1022.alaw                     music on hold
"""

import fcntl
import hashlib
import io
import json
import multiprocessing
import os
import re
import tempfile
import wave
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from hotline1022.core.errors import ConfigError
from hotline1022.ivr import audio, music
from hotline1022.ivr.espeak import CURE, Espeak, speak
from hotline1022.ivr.flow import PROMPT_FOLDER
from hotline1022.ivr.model import Fixed, MenuTree, Voice, position_texts, texts
from hotline1022.ivr.numbers import LARGEST, number_sounds, spell
from hotline1022.ivr.sounds import BEEP

#: changes when the same text is to sound otherwise
SETTINGS = f"1|{audio.SPEECH_DBFS}|{audio.PEAK_DBFS}|{audio.LEAD_MS}"
#: silence behind a sentence, and behind a word that others follow
SENTENCE_TAIL_MS, WORD_TAIL_MS = 150, 20
#: a longer prompt is not listened to; it is made, and warned of
LONGEST_SECONDS = 30.0
LANGUAGES = "sounds"
SOUNDS = f"{LANGUAGES}/vi"
MUSIC = "moh/hl1022"
MANIFEST = "manifest.json"
PROCESSES = 2
#: fewer sounds than this are made sooner than two processes have started
FEW = 8

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One sound to be made."""

    #: path below the output folder, without ending
    name: str
    #: text as espeak-ng gets it; "" for the beep and the music
    spoken: str
    voice: Voice
    tail_ms: int
    #: the recording that is used instead, if there is one
    recording: str | None
    #: what it is made from, as a hash
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of a job."""

    source: str
    #: espeak, studio or made
    origin: str
    seconds: float
    rms_dbfs: float
    peak_dbfs: float
    first_sound_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build did."""

    #: how many sounds there are, and how many were made now
    total: int
    made: int
    removed: int
    warnings: tuple[str, ...]


def progress_text(done: int, total: int) -> str:
    """One line for the terminal."""
    return f"Prompts {done}/{total}"


def spoken(text: str, pronounce: Mapping[str, str]) -> str:
    """`text` as it is to be read: the pronunciations put in, other figures as number words."""
    for word in sorted(pronounce, key=len, reverse=True):
        text = pronounce[word].join(re.split(rf"(?<!\w){re.escape(word)}(?!\w)", text))
    return re.sub(r"\d+", lambda found: spell(int(found[0])) if int(found[0]) <= LARGEST else found[0], text)


def jobs(tree: MenuTree, studio: Path | None) -> dict[str, Job]:
    """Every sound of `tree` by name."""
    wanted = {f"{SOUNDS}/{PROMPT_FOLDER}/{key}": (key, text) for key, text in texts(tree).items()}
    wanted.update({f"{SOUNDS}/{name}": (name, text) for name, text in {**tree.sounds, **number_sounds()}.items()})
    for language, text in position_texts(tree).items():
        name = f"{Fixed.PRESS_STAR}-{language}"
        wanted[f"{LANGUAGES}/{language}/{PROMPT_FOLDER}/{Fixed.PRESS_STAR}"] = (name, text)
    wanted[f"{SOUNDS}/{BEEP}"] = (BEEP, "")
    wanted[MUSIC] = (MUSIC, "")
    return {name: _job(tree, studio, name, key, text) for name, (key, text) in wanted.items()}


def _job(tree: MenuTree, studio: Path | None, name: str, key: str, text: str) -> Job:
    speech = spoken(text, tree.pronounce)
    tail = SENTENCE_TAIL_MS if speech.endswith((".", "?", "!")) else WORD_TAIL_MS
    recording = studio / f"{key}.wav" if studio else None
    if recording is not None and recording.is_file():
        made_from = f"studio|{hashlib.sha256(recording.read_bytes()).hexdigest()}|{tail}"
    elif name == MUSIC:
        recording, made_from = None, f"music|{music.VERSION}"
    elif not speech:
        recording, made_from = None, "beep"
    else:
        voice = tree.voice
        recording, made_from = None, f"espeak|{voice.name}|{voice.speed}|{voice.pitch}|{tail}|{speech}"
    return Job(
        name=name,
        spoken=speech,
        voice=tree.voice,
        tail_ms=tail,
        recording=str(recording) if recording else None,
        source=hashlib.sha256(f"{SETTINGS}|{made_from}".encode()).hexdigest(),
    )


def endings(name: str) -> tuple[str, ...]:
    """The endings of the files of a sound: the music is only wanted in the telephone's own coding."""
    return (".alaw",) if name == MUSIC else (".wav", ".alaw")


def missing(tree: MenuTree, folder: Path) -> tuple[str, ...]:
    """The files of `tree` that are absent or empty below `folder`."""
    wanted = [name + ending for name in jobs(tree, None) for ending in endings(name)]
    return tuple(file for file in sorted(wanted) if not _there(folder / file))


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
    with _alone(folder):
        known = _read_manifest(folder)
        stale = {name: job for name, job in wanted.items() if not _is_fresh(folder, job, known.get(name))}
        if while_running:
            _make_beside(stale, folder, espeak, known)
            heard = {name: one for name, one in _read_manifest(folder).items() if name in wanted}
            return Built(
                total=len(wanted),
                made=len(stale),
                removed=0,
                warnings=(*_long(heard), *_unused(studio, wanted)),
            )
        removed = _remove_unwanted(folder, wanted, known)
        fresh = {name: made for name, made in known.items() if name in wanted and name not in stale}
        # What is about to be replaced is forgotten first: after a crash it is made again, never taken for the old.
        _write_manifest(folder, fresh)
        if progress:
            progress(len(fresh), len(wanted))
        try:
            for done, (name, made) in enumerate(_make_all(list(stale.values()), folder, espeak), start=1):
                fresh[name] = made
                if progress:
                    progress(len(wanted) - len(stale) + done, len(wanted))
        finally:
            _write_manifest(folder, fresh)
    return Built(
        total=len(wanted), made=len(stale), removed=removed, warnings=(*_long(fresh), *_unused(studio, wanted))
    )


def _make_beside(stale: Mapping[str, Job], folder: Path, espeak: Espeak | None, known: Mapping[str, Made]) -> None:
    """Make these sounds in a folder beside, then move them all into their places."""
    if not stale:
        return
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as beside:
        made = dict(_make_all(list(stale.values()), Path(beside), espeak))
        # As in an ordinary build: what is about to be replaced is forgotten first.
        _write_manifest(folder, {name: one for name, one in known.items() if name not in made})
        for name in made:
            for ending in endings(name):
                (folder / (name + ending)).parent.mkdir(parents=True, exist_ok=True)
                (Path(beside) / (name + ending)).replace(folder / (name + ending))
    _write_manifest(folder, {**known, **made})


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
        _write(folder / (job.name + ending), contents[ending](pcm))
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
    return made is not None and made.source == job.source and all(_there(file) for file in files)


def _there(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0


def _remove_unwanted(folder: Path, wanted: Mapping[str, Job], known: Mapping[str, Made]) -> int:
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
        if str(file) not in used
    ]


def _read_manifest(folder: Path) -> dict[str, Made]:
    """What earlier builds made; a manifest that cannot be read means that all is made anew."""
    try:
        entries = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {name: Made(**entry) for name, entry in entries.items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}


def _write_manifest(folder: Path, made: Mapping[str, Made]) -> None:
    entries = {name: asdict(one) for name, one in sorted(made.items())}
    _write(folder / MANIFEST, (json.dumps(entries, indent=1, ensure_ascii=False) + "\n").encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one build at a time in a folder."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(
                f"the prompts in {folder} are being made by another process; wait for it and start again",
                error_id="prompts-busy",
            ) from error
        yield
