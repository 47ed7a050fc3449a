"""``cultivate user`` and ``cultivate token``."""

import sys

import click

from cultivate.cli.edge import emit, json_option, writing
from cultivate.domain.actor import Actor
from cultivate.domain.permissions import Role
from cultivate.errors import N_, Invalid
from cultivate.i18n import _
from cultivate.queries import users
from cultivate.services import accounts, passwords


def administrator() -> Actor:
    """Whoever has the installation's shell administers its accounts: the first one could not be made otherwise."""
    return Actor(None, "operator", "operator", Role.ADMIN, source="cli")


@click.group("user")
def user_command() -> None:
    """Accounts."""


@user_command.command("create")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--unit", "units", multiple=True, metavar="CODE", help="Street or park; repeatable.")
@click.option("--email", metavar="ADDRESS")
@click.option("--display-name", metavar="TEXT", help="Shown on pages; default NAME.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@json_option
def create(
    name: str,
    *,
    role: str,
    units: tuple[str, ...],
    email: str | None,
    display_name: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Create the account NAME; without --password-stdin a random password is printed once."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else passwords.random_password()
    with writing(as_json=as_json) as session:
        if not password:
            raise Invalid(N_("No password came in on standard input."), field="password")
        data = accounts.AccountData(display_name or name, role, units, email)
        user_id = accounts.create_user(session, administrator(), name, data, password, strict=False)
        if len(password) < passwords.SHORTEST:
            click.echo(
                _(
                    "The password has fewer than %(length)s characters; let it be changed.",
                    length=passwords.SHORTEST,
                ),
                err=True,
            )
        result = {"id": user_id, "username": name, "role": role, "units": list(units)}
        if not password_stdin:
            result["password"] = password
        emit(result, as_json=as_json, human=_tell)


def _tell(result: dict[str, object]) -> None:
    click.echo(_("Account %(username)s (%(role)s) created.", **result))
    if "password" in result:
        click.echo(_("Password, shown this once: %(password)s", password=result["password"]))


@click.group("token")
def token_command() -> None:
    """API tokens."""


@token_command.command("create")
@click.argument("name")
@click.option("--label", default="cli", show_default=True, metavar="TEXT", help="What the token is for.")
@json_option
def create_token(name: str, *, label: str, as_json: bool) -> None:
    """Create an API token with the rights of the account NAME; it is printed once."""
    with writing(as_json=as_json) as session:
        owner = users.find_actor_by_name(session, name)
        if owner is None or owner.user_id is None:
            raise Invalid(
                N_("There is no active account “%(name)s”."), field="name", code="user-unknown", name=name
            )
        token = accounts.create_token(session, administrator(), owner.user_id, label)
        emit(
            {"username": name, "token": token},
            as_json=as_json,
            human=lambda result: click.echo(result["token"]),
        )
