"""Every file that a setting names is in a backup, in the keys' file, or left out for a reason."""

import dataclasses
from dataclasses import replace
from pathlib import Path

from hotline1022.service.backup.files import Copies, copy_named
from hotline1022.service.backup.settings import LEFT_OUT, TAKEN, TLS_KEY, WITH_KEYS, secret_files, settings_files
from hotline1022.service.backup.writer import Writer
from hotline1022.service.settings.config import FILES
from hotline1022.service.settings.tree import Paths, Settings


def named_by_settings() -> set[str]:
    """`section.key` of each setting that names a file or folder of people's own."""
    found = {f"paths.{one.name}" for one in dataclasses.fields(Paths)}
    for section in dataclasses.fields(Settings):
        part = getattr(Settings(), section.name)
        found |= {f"{section.name}.{one.name}" for one in dataclasses.fields(part) if one.name in FILES}
    return found


def test_no_setting_that_names_a_file_is_forgotten() -> None:
    assert {*TAKEN, *WITH_KEYS, *LEFT_OUT} == named_by_settings()
    assert len(TAKEN) + len(WITH_KEYS) + len(LEFT_OUT) == len(named_by_settings()), "each stands in one list"
    assert all(LEFT_OUT.values()) and len(set(TAKEN.values())) == len(TAKEN)


def settings_with_files(folder: Path) -> Settings:
    """Each setting that names a file names one that says so."""
    settings = replace(Settings(), paths=Paths(data=folder / "data"))
    for name in (*TAKEN, "asterisk.tls_key", "recordings.keys"):
        section, _, key = name.partition(".")
        place = folder / "own" / name
        if name in ("paths.prompts_studio", "recordings.keys"):
            place.mkdir(parents=True)
            (place / f"{name}.key").write_text(name)
        else:
            place.parent.mkdir(exist_ok=True)
            place.write_text(name)
        value = place if section == "paths" else str(place)
        settings = replace(settings, **{section: replace(getattr(settings, section), **{key: value})})
    return settings


def test_each_is_in_the_backup_with_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    settings = settings_with_files(tmp_path)
    (tmp_path / "1022.toml").write_text("[paths]\n")
    (tmp_path / "shelf").mkdir()
    writer, copies = Writer(tmp_path / "shelf"), Copies()
    copy_named(writer, copies, settings_files(settings, str(tmp_path / "1022.toml")))
    assert copies.missing == []
    there = {path.relative_to(writer.folder / "settings").as_posix(): path.read_text() for path in _files(writer)}
    studio = {f"studio/{name}.key": name for name in TAKEN if name == "paths.prompts_studio"}
    wanted = {TAKEN[name]: name for name in TAKEN if name != "paths.prompts_studio"}
    assert there == wanted | studio | {"1022.toml": "[paths]\n"}
    secrets = dict(secret_files(settings))
    assert secrets[f"secrets/{TLS_KEY}"] == b"asterisk.tls_key"
    assert secrets["keys/recordings.keys.key"] == b"recordings.keys"


def test_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    settings = replace(Settings(), paths=Paths(data=tmp_path / "data", listening_reasons=tmp_path / "away.toml"))
    copies = Copies()
    copy_named(Writer(tmp_path / "shelf"), copies, settings_files(settings, None))
    assert copies.missing == ["settings/listening_reasons.toml: it is not there"]


def _files(writer: Writer) -> list[Path]:
    return [path for path in (writer.folder / "settings").rglob("*") if path.is_file()]
