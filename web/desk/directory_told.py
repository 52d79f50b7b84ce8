"""What is wrong with a form of the directory, in words: the field by its name, and how it is written. Refuses nothing; what is of no
field is told by its error_id as everywhere.
"""

from collections.abc import Mapping

from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.directory.types import DirectoryInvalid, Misfit, Problem
from hotline1022.web.desk.render import told
from hotline1022.web.page_words import words

#: what says more than how the field is written
_OWN = frozenset({"hours-many", "text-long"})


def wrong_field(error: HotlineError | None) -> str:
    """The field that is marked; "" for none."""
    if isinstance(error, DirectoryInvalid):
        return error.problems[0].field
    return error.field if isinstance(error, Invalid) else ""


def told_of(error: HotlineError, own: str, names: Mapping[str, str]) -> str:
    """The sentence above the form. `own`: id of what the form is about; `names`: of agencies and areas by id."""
    say = words()
    if isinstance(error, DirectoryInvalid):
        return " ".join(dict.fromkeys(_misfit(one, own, names) for one in error.problems))
    field = wrong_field(error)
    cure = None if error.error_id in _OWN else say.texts.get(f"directory-cure.{field}")
    return f"{say(f'named.{field}')}: {cure}" if cure else told(error)


def _misfit(one: Problem, own: str, names: Mapping[str, str]) -> str:
    other = one.id if one.misfit is Misfit.CODE and one.id != own else one.other
    return words()(f"misfit.{one.misfit}", field=words()(f"named.{one.field}"), other=names.get(other, other))
