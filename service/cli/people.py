"""Commands about those who answer. They may run while the service does."""

import click

from hotline1022.core.ids import PersonId
from hotline1022.core.people import PIN_DIGITS, check_new_pin, check_person, words
from hotline1022.db.unit import Database
from hotline1022.queue.types import Person
from hotline1022.service.cli.base import CONFIG, speaking
from hotline1022.service.cli.data import on_database
from hotline1022.service.lines.pins import hash_pin


@click.group()
def people() -> None:
    """Those who answer."""


@people.command("add")
@CONFIG
@click.argument("person")
@click.argument("name")
@click.option("--pin", default=None, help=f"{words(PIN_DIGITS)}, not all the same; asked for when not given.")
@click.option("--replace", is_flag=True, help="Change name and PIN when the person is there already.")
@speaking
def people_add(config: str | None, person: str, name: str, pin: str | None, replace: bool) -> None:
    """Add a person with an id (1 to 8 digits) and a PIN, as keyed on a phone after *11.

    With --replace, whoever is shut out after wrong PINs may try again.

    \b
    Example: hotline1022 people add 1001 "Nguyễn Thị Lan"
    """
    check_person(person)
    chosen = check_new_pin(pin or click.prompt("PIN", hide_input=True, confirmation_prompt=True))

    async def add(database: Database) -> None:
        hashed = await hash_pin(chosen)
        async with database.transaction() as tx:
            if replace and await tx.agents.person(person) is not None:
                await tx.agents.change_person(person, name=name, pin_hash=hashed, active=True)
                await tx.agents.forget_pin_tries(person)
            else:
                await tx.agents.add_person(Person(id=PersonId(person), name=name, pin_hash=hashed, active=True))

    on_database(config, add)
    click.echo(f"{person} {name} may log in: *11 on a line's phone.")


@people.command("list")
@CONFIG
@speaking
def people_list(config: str | None) -> None:
    """All people."""

    async def read(database: Database) -> list[Person]:
        async with database.reading() as tx:
            return list(await tx.agents.people())

    for one in on_database(config, read):
        click.echo(f"{one.id:<10} {one.name}{'' if one.active else '   (no longer active)'}")
