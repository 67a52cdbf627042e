"""Who does something, and what that person or program may do; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.core.errors import Forbidden

Role = Literal["viewer", "experimenter", "owner"]
# Each may do what those before it may.
ROLES: tuple[Role, ...] = ("viewer", "experimenter", "owner")


def at_least(held: Role, wanted: Role) -> bool:
    return ROLES.index(held) >= ROLES.index(wanted)


def lower(one: Role, other: Role) -> Role:
    return other if at_least(one, other) else one


@dataclass(frozen=True)
class Actor:
    """A person who is signed in, a script with that person's token, or a part of the program.

    `name` is what the audit log shows. `role` is what the account may do on this installation, `studies` what
    it may do by a study's id. Owners of the installation own all studies; a viewer of the installation only
    looks, whatever a study says. A token has a `limit`, and may be for one study alone.
    """

    name: str
    user_id: int | None = None
    role: Role = "viewer"
    studies: Mapping[int, Role] = field(default_factory=dict)
    limit: Role = "owner"
    only_study: int | None = None

    @classmethod
    def system(cls, name: str) -> "Actor":
        """What no person does: a recruiter's call, a job. It may do everything that its code does."""
        return cls(name, role="owner")

    def role_in(self, study_id: int) -> Role | None:
        """The role in a study; None if the actor may not even see it."""
        if self.only_study not in (None, study_id):
            return None
        held = "owner" if self.role == "owner" else self.studies.get(study_id)
        if held is None:
            return None
        return lower(lower(held, self.limit), "viewer" if self.role == "viewer" else "owner")

    def may(self, role: Role, study_id: int) -> bool:
        held = self.role_in(study_id)
        return held is not None and at_least(held, role)

    def require(self, role: Role, study_id: int, name: str) -> None:
        """Raises `Forbidden` where the actor sees the study and may not do this."""
        if not self.may(role, study_id):
            raise Forbidden(
                "role_too_low",
                f"this needs the role {role} in the study {name!r}; you have the role "
                f"{self.role_in(study_id)}. An owner of the study can change that",
            )

    @property
    def may_create(self) -> bool:
        """Whether the actor may make studies, stimulus sets and synthesis runs."""
        return self.only_study is None and at_least(lower(self.role, self.limit), "experimenter")

    @property
    def owns_installation(self) -> bool:
        """Whether the actor manages accounts and sees everything."""
        return self.only_study is None and self.role == self.limit == "owner"

    def require_create(self) -> None:
        """Raises `Forbidden`."""
        if not self.may_create:
            raise Forbidden(
                "role_too_low",
                "this needs the role experimenter on this installation; an owner can give it to your account",
            )

    def require_owner(self) -> None:
        """Raises `Forbidden`."""
        if not self.owns_installation:
            raise Forbidden("role_too_low", "this needs the role owner on this installation")


COMMAND_LINE = Actor.system("command line")
