"""The roles that a new house begins with. Refuses nothing: the admin changes them as the office needs."""

from hotline1022.accounts.types import Permission as P
from hotline1022.accounts.types import Role

ADMIN = "admin"


def first_roles() -> tuple[Role, ...]:
    """Seven, as the decision that founds the hotline names its people."""
    agent = {P.LOOK, P.NUMBERS, P.ANSWER}
    specialist = {P.HANDLE, P.FAQ_WRITE}
    return tuple(
        Role(id=id, name=name, permissions=frozenset(permissions))
        for id, name, permissions in (
            ("agent", "Điện thoại viên", agent),
            ("shift-manager", "Quản lý ca trực", agent | {P.SHIFT, P.ROSTER, P.REPORTS}),
            ("specialist", "Chuyên viên đầu mối", specialist),
            ("leader", "Lãnh đạo đầu mối", specialist | {P.LEAD, P.FAQ_PUBLISH}),
            ("supervisor", "Giám sát viên", {P.LOOK, P.REPORTS, P.WALLBOARD}),
            ("auditor", "Kiểm tra, xác minh", {P.LOOK, P.LISTEN}),
            (ADMIN, "Quản trị", set(P) - {P.LISTEN, P.ANSWER, P.HANDLE, P.LEAD}),
        )
    )
