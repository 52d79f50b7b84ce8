"""Commands about the words of pages: write the file of a new language, and say what it lacks. They change no setting."""

import sys
from importlib.resources import files
from pathlib import Path

import click

from hotline1022.core.catalogue import SHOWN, differences, read_texts
from hotline1022.core.errors import Refused
from hotline1022.core.words import SHIPPED, shipped
from hotline1022.service.cli.base import speaking


@click.group()
def language() -> None:
    """The words of pages and messages in another language: one file, named in desk.catalogue."""


@language.command("new")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@speaking
def language_new(file: Path) -> None:
    """Write FILE with every text in Vietnamese, to be translated in its place. A file that is there stays.

    \b
    Example: hotline1022 language new /etc/hotline1022/en.toml
    """
    text = (files("hotline1022.web") / "pages" / f"{SHIPPED}.toml").read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as made:
            made.write(text)
    except FileExistsError as error:
        cure = f"`hotline1022 language check {file}` says what it lacks"
        raise Refused(f"{file} is there already; {cure}", error_id="catalogue-there") from error
    except OSError as error:
        raise Refused(
            f"{file}: cannot be written ({error.strerror}); name another place", error_id="disk-io"
        ) from error
    click.echo(f"{file} is written: {len(shipped().texts)} texts. Translate them, begin with page.language.")


@language.command("check")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@speaking
def language_check(file: Path) -> None:
    """Say which texts FILE lacks, has for nothing, or has with other values in braces. Exit code 1 when there is one.

    What is missing is printed as TOML, with the Vietnamese text, to be put into FILE and translated.

    \b
    Example: hotline1022 language check /etc/hotline1022/en.toml
    """
    model = shipped()
    found = differences(read_texts(file), model)
    table = ""
    for key in found.missing:
        section, _, name = key.rpartition(".")
        if section != table:
            click.echo(f"\n[{section}]  # missing")
            table = section
        click.echo(f"{name} = {_quoted(model.texts[key])}")
    for key, why in found.unfit.items():
        click.echo(f"{key}: {why}")
    for key in found.foreign:
        click.echo(f"{key}: is not known; leave it out")
    if found.same:
        some = ", ".join(found.same[:SHOWN]) + (", …" if len(found.same) > SHOWN else "")
        click.echo(f"note: {len(found.same)} texts are as in Vietnamese: {some}", err=True)
    if not found:
        click.echo(f"{file} has all {len(model.texts)} texts.")
        return
    counts = f"{len(found.missing)} missing, {len(found.unfit)} that do not fit, {len(found.foreign)} not known"
    click.echo(
        f"hotline1022: {file}: {counts}; until then the Vietnamese texts stand there [catalogue-incomplete]", err=True
    )
    sys.exit(1)


def _quoted(text: str) -> str:
    """As TOML writes it."""
    bare = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + bare.replace("\n", "\\n").replace("\t", "\\t") + '"'
