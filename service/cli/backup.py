"""Commands that keep everything elsewhere and bring it back: backup, restore. Refuse to overwrite anything."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from hotline1022.recordings.polite import be_polite
from hotline1022.service.backup.check import CURE, check_backups
from hotline1022.service.backup.key_box import check_passphrase
from hotline1022.service.backup.make import NICE, KeyFile, Made, make_backup
from hotline1022.service.backup.restore import Restored, restore_keys
from hotline1022.service.backup.restore import restore as restore_backup
from hotline1022.service.cli.base import CONFIG, finished, settings_of, speaking
from hotline1022.service.cli.progress import Progress
from hotline1022.service.settings.backup import no_folder
from hotline1022.service.settings.secrets import read_secret

KEYS = click.option(
    "--keys",
    "keys_path",
    default=None,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of keys and secrets, under a passphrase.",
)
PASSPHRASE = click.option(
    "--passphrase-file",
    default=None,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File with the passphrase, mode 0600; else it is asked for.",
)


@click.command()
@CONFIG
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--copies", is_flag=True, help="Take listening copies too; they can be made again from the originals.")
@KEYS
@PASSPHRASE
@click.option("--verify", is_flag=True, help="Make none: read all backups of FOLDER, or the one that it is.")
@speaking
def backup(
    config: str | None,
    folder: Path | None,
    copies: bool,
    keys_path: Path | None,
    passphrase_file: Path | None,
    verify: bool,
) -> None:
    """Make a backup in a new folder of FOLDER, else of backup.folder, while calls run.

    \b
    The database at one moment, the recordings and attachments that its rows promise, settings, menu and studio
    recordings. What the backup before has too costs no room where the disk allows second names. Keys of
    recordings and secrets go only with --keys, into a file of their own: keep it elsewhere. Each backup reads a
    seventh of what it has in common with the one before; a file that has rotted there is copied anew.
    Exit code 1 when a promised file was not there, not as it was stored, or sealed with a key that is not here, and
    when one had rotted in the backup before.
    Examples:
      hotline1022 backup /mnt/backup --config 1022.toml
      hotline1022 backup /mnt/backup --keys /media/safe/1022-keys.box
      hotline1022 backup /mnt/backup --verify
    """
    settings = settings_of(config)
    shelf = folder or settings.backup.folder
    if not shelf:
        raise no_folder()
    if verify:
        _verify(Path(shelf))
        return
    keys = _keys(keys_path, passphrase_file, new=True)
    be_polite(NICE)
    progress = Progress("files")
    made = finished(make_backup(settings, config, Path(shelf).resolve(), copies=copies, keys=keys, watch=progress))
    progress.clear()
    _say_made(made, with_keys=keys is not None)


def _verify(folder: Path) -> None:
    """Hash every file of every whole backup, those in common once."""
    progress, wrong = Progress("files"), 0
    for one in check_backups(folder.absolute(), progress):
        progress.clear()
        wrong += one.wrong
        files = f"{one.files} files, {len(one.broken) or 'none'} broken"
        click.echo(f"{one.backup}: {one.error or files}")
        for name, what in one.broken.items():
            click.echo(f"broken  {name} {what}")
    if wrong:
        click.echo(CURE, err=True)
        sys.exit(1)


def _say_made(made: Made, *, with_keys: bool) -> None:
    copies = made.copies
    wrong = _say_wrong(copies.missing, copies.changed, [f"{name}: {why}" for name, why in copies.unchecked.items()])
    for name, count in copies.rotten.items():
        click.echo(f"rotten  {name}   (copied anew; broken in {count} backups before)")
    linked = f", {copies.linked / 1e6:.1f} MB of them as in the backup before" if copies.linked else ""
    click.echo(f"{made.folder}: {made.files} files, {copies.size / 1e6:.1f} MB of recordings and attachments{linked}.")
    click.echo(f"SHA-256 of its manifest: {made.sha256}")
    if not with_keys:
        click.echo("Keys and secrets are not in it: sealed recordings need them (--keys).", err=True)
    if wrong:
        click.echo(f"{wrong} files are not as the database promises, or could not be checked.", err=True)
    if copies.rotten:
        text = (
            "files had rotted on the shelf and were copied anew. Look at its disk: hotline1022 backup FOLDER --verify"
        )
        click.echo(f"{len(copies.rotten)} {text}", err=True)
    if wrong or copies.rotten:
        sys.exit(1)


def _say_wrong(missing: Sequence[str], changed: Sequence[str], unchecked: Sequence[str]) -> int:
    """Name them; how many."""
    for line in missing:
        click.echo(f"missing  {line}")
    for line in changed:
        click.echo(f"changed  {line}   (other bytes than were stored)")
    for line in unchecked:
        click.echo(f"unchecked  {line}")
    return len(missing) + len(changed) + len(unchecked)


@click.command()
@CONFIG
@click.argument("backup_folder", metavar="BACKUP", required=False, type=click.Path(file_okay=False, path_type=Path))
@KEYS
@PASSPHRASE
@click.option("--without-broken", is_flag=True, help="Put back the rest of a backup that has lost some files.")
@click.option(
    "--only-keys", is_flag=True, help="No BACKUP: put the keys and secrets of --keys alone beside what is there."
)
@speaking
def restore(
    config: str | None,
    backup_folder: Path | None,
    keys_path: Path | None,
    passphrase_file: Path | None,
    without_broken: bool,
    only_keys: bool,
) -> None:
    """Put one BACKUP into an empty data folder and an empty database; the service must not run.

    \b
    The backup is checked whole before anything is written. Cut off, begin it again: nothing starts before it is
    finished. Its settings, menu and studio recordings lie in restored-settings of the data folder afterwards: take
    from there what you need. Exit code 1 when a file is not as the database promises, or was left out.
    Examples:
      hotline1022 restore /mnt/backup/20261129T020000Z --config 1022.toml
      hotline1022 restore /mnt/backup/20261129T020000Z --keys /media/safe/1022-keys.box
      hotline1022 restore --only-keys --keys /media/safe/1022-keys.box
    """
    settings = settings_of(config)
    keys = _keys(keys_path, passphrase_file, new=False)
    if only_keys and keys is not None and backup_folder is None:
        _say_keys(*finished(restore_keys(settings, keys)))
        return
    if only_keys or backup_folder is None:
        raise click.UsageError("name one BACKUP, or --only-keys and --keys")
    progress = Progress("files")
    work = restore_backup(settings, backup_folder.absolute(), keys=keys, watch=progress, without_broken=without_broken)
    restored = finished(work)
    progress.clear()
    _say_restored(restored)


def _say_keys(names: Sequence[str], differ: Sequence[str]) -> None:
    click.echo(f"{len(names) - len(differ)} keys and secrets are back, or were there.")
    for name in differ:
        click.echo(f"kept  {name}   (another one is there; it stays)")


def _say_restored(restored: Restored) -> None:
    click.echo(f"{restored.files} files of {restored.made_at}, {restored.size / 1e6:.1f} MB, are back.")
    if restored.before != restored.after:
        click.echo(f"The schema went from {restored.before} to {restored.after}.")
    if restored.keys:
        click.echo(f"{len(restored.keys)} keys and secrets are back.")
    if restored.settings is not None:
        click.echo(f"Settings, menu and studio recordings of the backup: {restored.settings}")
    wrong = _say_wrong(restored.missing, restored.changed, restored.unchecked)
    for name in restored.broken:
        click.echo(f"broken  {name}   (left out)")
    click.echo("Now: hotline1022 evidence verify")
    if wrong:
        click.echo(f"{wrong} files were not as the database promises already when the backup was made.", err=True)
    if restored.broken:
        click.echo(f"{len(restored.broken)} files are lost in this backup: look for them in another one.", err=True)
    if wrong or restored.broken:
        sys.exit(1)


def _keys(path: Path | None, passphrase_file: Path | None, *, new: bool) -> KeyFile | None:
    if path is None:
        return None
    if passphrase_file is not None:
        given = read_secret(passphrase_file)
    else:
        given = click.prompt("Passphrase of the keys' file", hide_input=True, confirmation_prompt=new, err=True)
    return KeyFile(path=path, passphrase=check_passphrase(given) if new else given)
