"""Commands about users and roles. A password is printed once, and never taken on the command line: others see those."""

import click

from hotline1022.accounts.types import Given, Permission, Role, User, Wanted
from hotline1022.core.clock import utc_now, written
from hotline1022.db.unit import Database
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.service.cli.base import CONFIG, speaking
from hotline1022.service.cli.data import on_database

_ROLES = click.option("--role", "roles", multiple=True, help="Id of a role; may be given several times.")
_PERSON = click.option("--person", default=None, help='Id of a person who answers calls; "" takes it away.')
_CONTACT = click.option("--contact", default=None, help='Id of a contact point of an agency; "" takes it away.')


def _admin(database: Database) -> UserAdmin:
    return UserAdmin(database, utc_now)


def shown_once(given: Given) -> str:
    """How a password is told."""
    until = written(given.until)
    return (
        f"{given.user.login} signs in with this password until {until}, and must choose another one within a quarter of an hour.\n"
        f"Keep it now, it is not shown again:\n{given.password}"
    )


@click.group()
def user() -> None:
    """Who signs in at the desk, and what each may do."""


@user.command("list")
@CONFIG
@speaking
def user_list(config: str | None) -> None:
    """All users, without their secrets."""
    for one in on_database(config, lambda database: _admin(database).users()):
        click.echo(_line(one))


def _line(one: User) -> str:
    seen = written(one.last_sign_in_at) if one.last_sign_in_at else "never"
    marks = [
        *(["second factor"] if one.totp else []),
        *(["must change the password"] if one.must_change else []),
        *([] if one.active else ["shut out"]),
        *([f"person {one.person}"] if one.person else []),
        *([f"contact {one.contact}"] if one.contact else []),
    ]
    more = f"   {', '.join(marks)}" if marks else ""
    return f"{one.login:<20} {one.name:<30} {','.join(sorted(one.roles)):<24} last signed in {seen}{more}"


@user.command("roles")
@CONFIG
@speaking
def user_roles(config: str | None) -> None:
    """All roles with their permissions."""
    for one in on_database(config, lambda database: _admin(database).roles()):
        click.echo(f"{one.id:<16} {one.name:<24} {' '.join(sorted(one.permissions))}")


@user.command("add")
@CONFIG
@click.argument("login")
@click.argument("name")
@_ROLES
@_PERSON
@_CONTACT
@click.option("--quiet", is_flag=True, help="Print the password alone.")
@speaking
def user_add(
    config: str | None,
    login: str,
    name: str,
    roles: tuple[str, ...],
    person: str | None,
    contact: str | None,
    quiet: bool,
) -> None:
    """Add a user with a one-time password.

    \b
    Examples: hotline1022 user add lan "Nguyễn Thị Lan" --role agent --person 1001
              hotline1022 user add so-xd-cv "Trần Văn Bình" --role specialist --contact so-xay-dung-cv
    """
    wanted = Wanted(login=login, name=name, roles=frozenset(roles), person=person, contact=contact)
    given = on_database(config, lambda database: _admin(database).add(wanted))
    click.echo(given.password if quiet else shown_once(given))


@user.command("change")
@CONFIG
@click.argument("login")
@click.option("--login", "new_login", default=None, help="Another name to sign in with.")
@click.option("--name", default=None, help="Another name as people read it.")
@_ROLES
@_PERSON
@_CONTACT
@click.option("--out/--in", "out", default=None, help="Shut the user out, at once; or let the user in again.")
@speaking
def user_change(
    config: str | None,
    login: str,
    new_login: str | None,
    name: str | None,
    roles: tuple[str, ...],
    person: str | None,
    contact: str | None,
    out: bool | None,
) -> None:
    """Change what is given; roles that are given take the place of all others.

    \b
    Example: hotline1022 user change lan --role agent --role shift-manager
    """
    wanted = Wanted(
        login=new_login,
        name=name,
        roles=frozenset(roles) if roles else None,
        person=person,
        contact=contact,
        active=None if out is None else not out,
    )

    async def change(database: Database) -> User:
        admin = _admin(database)
        before = await admin.by_login(login)
        return await admin.change(before.id, before.version, wanted)

    click.echo(_line(on_database(config, change)))


@user.command("reset")
@CONFIG
@click.argument("login")
@click.option("--second-factor", "second", is_flag=True, help="Take the second factor away too: the telephone is lost.")
@click.option("--quiet", is_flag=True, help="Print the password alone.")
@speaking
def user_reset(config: str | None, login: str, second: bool, quiet: bool) -> None:
    """Give a user who is locked out a new one-time password. All sessions of the user end.

    \b
    Example: hotline1022 user reset admin --second-factor
    """
    given = on_database(config, lambda database: _admin(database).reset(login, second=second))
    click.echo(given.password if quiet else shown_once(given))


@user.command("role")
@CONFIG
@click.argument("role")
@click.option("--name", default=None, help="As people read it; needed for a new role.")
@click.option(
    "--may",
    "permissions",
    multiple=True,
    type=click.Choice([one.value for one in Permission]),
    help="May be given several times; takes the place of all that the role has.",
)
@click.option("--remove", is_flag=True, help="Take the role away; nobody may have it.")
@speaking
def user_role(config: str | None, role: str, name: str | None, permissions: tuple[str, ...], remove: bool) -> None:
    """Make, change or take away a role. In force at once.

    \b
    Example: hotline1022 user role thong-ke --name "Thống kê" --may look --may reports
    """

    async def work(database: Database) -> Role | None:
        admin = _admin(database)
        if remove:
            await admin.remove_role(role)
            return None
        before = next((one for one in await admin.roles() if one.id == role), None)
        if before is None:
            return await admin.add_role(role, name or role, permissions)
        wanted = permissions or before.permissions
        return await admin.change_role(role, before.version, name or before.name, wanted)

    done = on_database(config, work)
    click.echo(f"{done.id}: {' '.join(sorted(done.permissions))}" if done else f"{role} is taken away.")
