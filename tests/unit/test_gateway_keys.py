"""The page of gateways names keys of the settings' file that there are, and says rightly that a change of them takes a restart."""

from dataclasses import fields

from hotline1022.service.reload_plan import NEEDS_RESTART, keys
from hotline1022.service.settings.notify import Notify
from hotline1022.web.desk.gateways import KEYS

NAMED = {key for rows in KEYS.values() for one in rows.values() for key in one}
SECRETS = {f"notify.{one.name}" for one in fields(Notify) if one.metadata.get("secret")}


def test_every_key_is_one_and_takes_a_restart() -> None:
    of_files = {f"{key}_file" for key in SECRETS}
    assert NAMED - of_files <= set(keys()) & NEEDS_RESTART
    assert SECRETS | of_files <= NAMED


def test_no_key_of_a_gateway_is_left_out() -> None:
    gateways = {f"notify.{one.name}" for one in fields(Notify) if one.name.startswith(("sms_", "mail_"))}
    assert gateways <= NAMED
