"""What the pages of accounts show."""

from dataclasses import dataclass
from typing import ClassVar

from app.accounts.actor import ROLES, Role
from app.accounts.chain import Verdict
from app.web.templating import PageContext

ROLE_WORDS = {
    "viewer": "viewer: looks",
    "experimenter": "experimenter: makes studies and runs them",
    "owner": "owner: everything, and accounts",
}
STUDY_ROLE_WORDS = {
    "viewer": "viewer: looks at the data",
    "experimenter": "experimenter: changes, opens, recruits, exports",
    "owner": "owner: pays, deletes data and shares as well",
}


@dataclass(frozen=True)
class SignInContext(PageContext):
    template: ClassVar[str] = "admin/accounts/sign_in.html"

    message: str = ""
    email: str = ""


@dataclass(frozen=True)
class SecondFactorContext(PageContext):
    template: ClassVar[str] = "admin/accounts/second_factor.html"

    totp: bool
    passkeys: bool
    message: str = ""


@dataclass(frozen=True)
class WelcomeContext(PageContext):
    """The page of a link that works once. Without a purpose, it asks for the link's token."""

    template: ClassVar[str] = "admin/accounts/welcome.html"

    purpose: str = ""
    token: str = ""
    email: str = ""
    name: str = ""
    message: str = ""


@dataclass(frozen=True)
class SessionRow:
    id: int
    browser: str
    began: str
    seen: str
    current: bool


@dataclass(frozen=True)
class TokenRow:
    id: int
    name: str
    role: str
    study: str
    expires: str
    used: str


@dataclass(frozen=True)
class PasskeyRow:
    id: int
    name: str
    added: str
    used: str


@dataclass(frozen=True)
class AccountContext(PageContext):
    """One's own account. `shown_once` are recovery codes or a token that was just made."""

    template: ClassVar[str] = "admin/accounts/account.html"

    email: str
    name: str
    role: str
    totp: bool
    passkeys: tuple[PasskeyRow, ...]
    codes_left: int
    sessions: tuple[SessionRow, ...]
    tokens: tuple[TokenRow, ...]
    token_roles: tuple[Role, ...]
    studies: tuple[str, ...]
    message: str = ""
    saved: str = ""
    shown_once: tuple[str, ...] = ()


@dataclass(frozen=True)
class TotpContext(PageContext):
    template: ClassVar[str] = "admin/accounts/totp.html"

    secret: str
    spelled: str
    picture: str
    message: str = ""


@dataclass(frozen=True)
class AccountRow:
    email: str
    name: str
    role: str
    second_factor: str
    disabled: bool
    yourself: bool


@dataclass(frozen=True)
class AccountsContext(PageContext):
    """All accounts. `link` is one that was just made, for `link_email`; it is shown once."""

    template: ClassVar[str] = "admin/accounts/accounts.html"

    accounts: tuple[AccountRow, ...]
    invited: tuple[tuple[str, str], ...]
    role_words: dict[str, str]
    link: str = ""
    link_email: str = ""


@dataclass(frozen=True)
class MemberRow:
    email: str
    name: str
    role: str


@dataclass(frozen=True)
class MembersContext(PageContext):
    template: ClassVar[str] = "admin/accounts/members.html"

    study: str
    members: tuple[MemberRow, ...]
    role_words: dict[str, str]
    may_share: bool


@dataclass(frozen=True)
class AuditLine:
    position: int
    when: str
    actor: str
    action: str
    subject: str
    detail: str


@dataclass(frozen=True)
class AuditContext(PageContext):
    """A page of the audit log, the newest row first.

    `older` leads to the next page, if there is one. `verdict` is there if the log was to be verified.
    """

    template: ClassVar[str] = "admin/accounts/audit.html"

    study: str
    address: str
    rows: tuple[AuditLine, ...]
    older: str
    verdict: Verdict | None


assert set(ROLE_WORDS) == set(STUDY_ROLE_WORDS) == set(ROLES)
