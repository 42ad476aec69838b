"""Who acts: the one shape every move, policy and ledger event knows a person by. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """Staff roles. Nobody holds both ADMINISTRATOR and AUDITOR (GB/T 22239-2019, level 3)."""

    INTAKE = "intake"
    HANDLER = "handler"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


INCOMPATIBLE = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})

SUPERVISING = frozenset({Role.SUPERVISOR, Role.AUDITOR})
"""Who may open the board and the lists behind its numbers."""


class ActorKind(StrEnum):
    CITIZEN = "citizen"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody (or the clockwork) doing something to a case.

    `user_id` and `department_id` are database ids of staff; `label` is what the ledger prints:
    a staff member's name, never a citizen's.
    """

    kind: ActorKind
    label: str
    user_id: int | None = None
    department_id: int | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)

    def has(self, *roles: Role) -> bool:
        return any(role in self.roles for role in roles)


CITIZEN = Actor(ActorKind.CITIZEN, "citizen")
SYSTEM = Actor(ActorKind.SYSTEM, "system")
