"""The command line: `hotline1022 --help`. Errors are one line that names the cure, and exit code 1 (2 for wrong usage)."""

import sys
from pathlib import Path

import click

import hotline1022
from hotline1022.service.cli.base import CONFIG, finished, set_up_log, settings_of, speaking
from hotline1022.service.cli.lazy_group import LazyGroup

_FILES = {
    "backup": "backup", "restore": "backup", "calls": "data", "people": "data", "token": "data", "citizen": "citizen",
    "directory": "directory", "evidence": "evidence", "faq": "faq", "outbox": "outbox", "recordings": "recordings",
    "language": "language", "shifts": "shifts", "tickets": "tickets", "user": "users",
}  # fmt: skip


@click.group(
    cls=LazyGroup,
    elsewhere={name: f"hotline1022.service.cli.{file}:{name}" for name, file in _FILES.items()},
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(hotline1022.__version__, "-V", "--version", message="hotline1022 %(version)s")
def main() -> None:
    """1022, the citizen hotline of a province on Asterisk.

    \b
    Examples:
      hotline1022 run                       Asterisk and the service, on ./data
      hotline1022 run --bind 192.0.2.10     phones on the network can register
      hotline1022 config check --config 1022.toml
      hotline1022 reload --config 1022.toml
      hotline1022 people add 1001 "Nguyễn Thị Lan"
      hotline1022 shifts missing
      hotline1022 directory check
      hotline1022 user add lan "Nguyễn Thị Lan" --role agent --person 1001
      hotline1022 token create desk --scope read --scope agent
      hotline1022 calls list --limit 20
      hotline1022 recordings verify --since 2026-11-01
      hotline1022 evidence verify
      hotline1022 citizen erase "0901 234 567" --dry-run
      hotline1022 tickets list --overdue
      hotline1022 faq search "khai sinh"
      hotline1022 outbox list --state failed
      hotline1022 backup /mnt/backup
      hotline1022 doctor
    """


@main.command()
@CONFIG
@click.option("--bind", default=None, help="Address for SIP and RTP, so that phones elsewhere can register.")
@speaking
def run(config: str | None, bind: str | None) -> None:
    """Start Asterisk and the service, watch both, and stop both at Ctrl-C or SIGTERM."""
    from hotline1022.service.run import run_all

    settings = settings_of(config, HOTLINE1022_ASTERISK_BIND=bind)
    set_up_log(settings.log.level)
    finished(run_all(settings, config))


@main.command()
@CONFIG
@speaking
def serve(config: str | None) -> None:
    """Run the service alone, at an Asterisk that runs already (systemd starts the two so)."""
    from hotline1022.service.app import serve as serve_until_stopped

    settings = settings_of(config)
    set_up_log(settings.log.level)
    finished(serve_until_stopped(settings, config))


@main.command()
@CONFIG
@speaking
def reload(config: str | None) -> None:
    """Put changed settings and a changed menu in force; calls go on. Exit code 1 when nothing was changed.

    \b
    The running service checks everything, speaks changed prompts, lets Asterisk read its files anew, and says
    what is in force and what needs a restart. SIGHUP to the service does the same.
    """
    from hotline1022.ivr.load import load as load_menu
    from hotline1022.service.cli.data import note_act
    from hotline1022.service.reload import ask_service

    settings = settings_of(config)
    load_menu(settings.paths.menu)
    answer = ask_service(settings.paths.data)
    for line in answer["lines"]:
        click.echo(line, err=not answer["done"])
    note_act(config)
    used = answer["config"]
    if Path(used or "").absolute() != Path(config or "").absolute():
        click.echo(
            f"note: the service reads {used or 'no settings file'}, not {config or 'no settings file'}", err=True
        )
    if not answer["done"]:
        sys.exit(1)


@main.group(name="config")
def config_group() -> None:
    """Look at the settings."""


@config_group.command("check")
@CONFIG
@speaking
def config_check(config: str | None) -> None:
    """Check settings, menu, ticket deadlines, reasons to listen, words and templates; change nothing. Exit code 1 when something is wrong."""
    from hotline1022.ivr.load import load as load_menu
    from hotline1022.recordings.reasons import load_reasons
    from hotline1022.service.notify.parts import check_messages
    from hotline1022.service.settings.language import lacking
    from hotline1022.tickets.policy import load_policy

    settings = settings_of(config)
    tree = load_menu(settings.paths.menu)
    load_policy(settings.paths.ticket_policy)
    load_reasons(settings.paths.listening_reasons)
    check_messages(settings)
    if said := lacking(settings.desk):
        click.echo(f"note: {said}", err=True)
    for warning in tree.warnings:
        click.echo(f"note: {warning}", err=True)
    click.echo(f"The settings are in order: {len(settings.lines.numbers)} lines, {len(tree.menus)} menus.")


@config_group.command("sample")
@speaking
def config_sample() -> None:
    """Print the commented sample of all settings."""
    from importlib.resources import files

    click.echo((files("hotline1022.service.settings") / "sample.toml").read_text(encoding="utf-8"), nl=False)


@main.command()
@CONFIG
@click.option(
    "--call", is_flag=True, help="Prove the recording too, by calling itself on an Asterisk of its own (15 s)."
)
@speaking
def doctor(config: str | None, call: bool) -> None:
    """Say what is missing or wrong on this machine, and the cure; change nothing. Exit code 1 when something is.

    \b
    Example: hotline1022 doctor --call
    """
    from hotline1022.service.doctor.points import examine

    sys.exit(0 if finished(examine(settings_of(config), call=call)) else 1)


@main.command("asterisk-conf")
@CONFIG
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@speaking
def asterisk_conf(config: str | None, folder: Path) -> None:
    """Write the Asterisk files of these settings into FOLDER, to be included in an existing PBX."""
    from hotline1022.service.asterisk.render import foreign_texts
    from hotline1022.service.backup.half_restore import must_be_whole
    from hotline1022.service.settings.secrets import ensure_secrets

    settings = settings_of(config)
    must_be_whole(settings.paths.data)
    secrets = ensure_secrets(settings.paths.secrets, settings.lines.numbers)
    for name, text in foreign_texts(settings, secrets).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=0o640)
        target.write_text(text, encoding="utf-8")
        click.echo(str(target))


@main.command()
@CONFIG
@speaking
def prompts(config: str | None) -> None:
    """Speak the menu's prompts that are missing or changed."""
    from hotline1022.service.menu.file import in_force
    from hotline1022.service.prepare import folders, speak_prompts

    settings = settings_of(config)
    folders(settings)
    speak_prompts(settings, in_force(settings))
    click.echo(f"The prompts are in {settings.paths.prompts}.")
