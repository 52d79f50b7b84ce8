"""What sounds the telephone needs and what each is made from: texts of the menu, numbers, studio recordings. Makes none itself."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hotline1022.ivr import audio, music
from hotline1022.ivr.flow import PROMPT_FOLDER
from hotline1022.ivr.model import Fixed, MenuTree, Voice, about_prompt, agency_prompt, position_texts, texts
from hotline1022.ivr.numbers import LARGEST, number_sounds, spell
from hotline1022.ivr.sounds import BEEP

#: changes when the same text is to sound otherwise
SETTINGS = f"1|{audio.SPEECH_DBFS}|{audio.PEAK_DBFS}|{audio.LEAD_MS}"
#: silence behind a sentence, and behind a word that others follow
SENTENCE_TAIL_MS, WORD_TAIL_MS = 150, 20
LANGUAGES = "sounds"
SOUNDS = f"{LANGUAGES}/vi"
MUSIC = "moh/hl1022"


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


def spoken(text: str, pronounce: Mapping[str, str]) -> str:
    """`text` as it is to be read: the pronunciations put in, other figures as number words."""
    for word in sorted(pronounce, key=len, reverse=True):
        text = pronounce[word].join(re.split(rf"(?<!\w){re.escape(word)}(?!\w)", text))
    return re.sub(r"\d+", lambda found: spell(int(found[0])) if int(found[0]) <= LARGEST else found[0], text)


def jobs(tree: MenuTree, studio: Path | None) -> dict[str, Job]:
    """Every sound of `tree` by name."""
    return {name: _job(tree, studio, name, key, text) for name, (key, text) in _wanted(tree).items()}


def recorded(tree: MenuTree, studio: Path) -> dict[str, str]:
    """The texts of `tree` that nobody hears because a recording of their key is there: key → text. Looks at the disk."""
    return {key: text for key, text in _wanted(tree).values() if text and recording_of(studio, key).is_file()}


def recording_of(studio: Path, key: str) -> Path:
    """The file that is heard in place of the text of `key`, if it is there."""
    return studio / f"{key}.wav"


def _wanted(tree: MenuTree) -> dict[str, tuple[str, str]]:
    """Every sound: name → key and text."""
    wanted = {f"{SOUNDS}/{PROMPT_FOLDER}/{key}": (key, text) for key, text in texts(tree).items()}
    wanted.update({f"{SOUNDS}/{name}": (name, text) for name, text in {**tree.sounds, **number_sounds()}.items()})
    for language, text in position_texts(tree).items():
        name = f"{Fixed.PRESS_STAR}-{language}"
        wanted[f"{LANGUAGES}/{language}/{PROMPT_FOLDER}/{Fixed.PRESS_STAR}"] = (name, text)
    wanted[f"{SOUNDS}/{BEEP}"] = (BEEP, "")
    wanted[MUSIC] = (MUSIC, "")
    return wanted


def further_jobs(tree: MenuTree, more: Mapping[str, str], studio: Path | None) -> dict[str, Job]:
    """Prompts that the menu does not have (key → text), in its voice: key → job."""
    return {key: _job(tree, studio, f"{SOUNDS}/{PROMPT_FOLDER}/{key}", key, text) for key, text in more.items()}


def of_the_directory(name: str) -> bool:
    """Whether a sound tells of one category or agency: the directory may have more of them than the menu."""
    return name.startswith(
        tuple(f"{SOUNDS}/{PROMPT_FOLDER}/{prompt('x')[:-1]}" for prompt in (about_prompt, agency_prompt))
    )


def _job(tree: MenuTree, studio: Path | None, name: str, key: str, text: str) -> Job:
    speech = spoken(text, tree.pronounce)
    tail = SENTENCE_TAIL_MS if speech.endswith((".", "?", "!")) else WORD_TAIL_MS
    recording = recording_of(studio, key) if studio else None
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
