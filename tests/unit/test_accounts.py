"""Who may do what, the chain of the audit log, passwords and codes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import passwords
from app.accounts.actor import COMMAND_LINE, ROLES, Actor, Role, at_least
from app.accounts.chain import FIRST, Entry, verified
from app.accounts.second_factors import new_recovery_codes, new_totp_secret, plain, totp_step
from app.core.errors import Forbidden, Invalid

NOW = datetime(2026, 11, 28, 12, 0, 7, tzinfo=UTC)
roles = st.sampled_from(ROLES)


@given(role=roles, held=st.none() | roles, limit=roles, only=st.sampled_from([None, 1, 2]), wanted=roles)
def test_nobody_may_more_than_account_study_and_token_allow(
    role: Role, held: Role | None, limit: Role, only: int | None, wanted: Role
) -> None:
    actor = Actor("a", 1, role, {1: held} if held else {}, limit, only)
    may = actor.may(wanted, 1)
    in_study = "owner" if role == "owner" else held
    allowed = (
        in_study is not None
        and only in (None, 1)
        and at_least(in_study, wanted)
        and at_least(limit, wanted)
        and (role != "viewer" or wanted == "viewer")
    )
    assert may == allowed
    assert not actor.may(wanted, 3) or role == "owner"
    assert not actor.may_create or (only is None and role != "viewer" and limit != "viewer")
    assert actor.owns_installation == (only is None and role == limit == "owner")


def test_the_command_line_may_everything() -> None:
    assert COMMAND_LINE.may("owner", 99) and COMMAND_LINE.may_create and COMMAND_LINE.owns_installation


def test_a_role_that_is_too_low_is_named() -> None:
    with pytest.raises(Forbidden, match="needs the role owner in the study 's'; you have the role viewer"):
        Actor("a", 1, "experimenter", {5: "viewer"}).require("owner", 5, "s")


def chain(length: int) -> list[tuple[Entry, str]]:
    rows: list[tuple[Entry, str]] = []
    for position in range(1, length + 1):
        before = rows[-1][1] if rows else FIRST
        entry = Entry(position, NOW, "ada", 1, "study.opened", "study s", {"n": position}, before)
        rows.append((entry, entry.sha256))
    return rows


def test_a_whole_chain_holds() -> None:
    rows = chain(5)
    assert verified(rows) == type(verified(rows))(5, rows[-1][1], "")
    assert verified([]).head == FIRST


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("happened_at", NOW + timedelta(microseconds=1)),
        ("actor", "eve"),
        ("user_id", None),
        ("action", "study.closed"),
        ("subject", "study t"),
        ("detail", {"n": 4}),
    ],
)
def test_any_change_of_a_row_is_found(field: str, value: object) -> None:
    rows = chain(5)
    rows[2] = (replace(rows[2][0], **{field: value}), rows[2][1])
    assert verified(rows).problem == "row 3 was changed after it was written"
    # With its hash made anew, the row behind it tells.
    rows[2] = (rows[2][0], rows[2][0].sha256)
    assert verified(rows).problem == "row 4 does not follow row 3: one of them was exchanged"


def test_a_missing_and_a_doubled_row_are_found() -> None:
    rows = chain(5)
    assert "row 3 is missing" in verified(rows[:2] + rows[3:]).problem
    assert verified(rows[:2] + rows[1:]).problem != ""
    assert "row 1 is missing" in verified(rows[1:]).problem


def test_a_code_is_good_for_its_step_and_its_neighbours() -> None:
    secret = new_totp_secret()
    step = int(NOW.timestamp()) // 30
    for shift in (-1, 0, 1):
        code = pyotp.TOTP(secret).at((step + shift) * 30)
        assert totp_step(secret, f" {code[:3]} {code[3:]}", NOW) == step + shift
    far = pyotp.TOTP(secret).at((step + 2) * 30)
    assert totp_step(secret, far, NOW) is None
    assert totp_step(secret, "", NOW) is None
    assert totp_step(secret, "１２３４５６", NOW) is None


def test_recovery_codes_are_ten_and_compared_without_dashes() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert plain(codes[0].upper().replace("-", " ")) == codes[0].replace("-", "")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_short"),
        ("x" * 201, "password_long"),
        ("aaaaaaaaaaaa", "password_weak"),
        ("password1234", "password_weak"),
        ("ada@example.org", "password_weak"),
    ],
)
def test_bad_passwords_are_refused(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check(password, "ada@example.org", "Ada Lovelace")
    assert refused.value.code == code


@pytest.mark.anyio
async def test_a_hash_is_argon2id_and_matches_its_password_alone() -> None:
    stored = await passwords.hashed("violin cactus harbour seven")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.matches(stored, "violin cactus harbour seven")
    assert not await passwords.matches(stored, "violin cactus harbour eight")
    assert not await passwords.matches(None, "nobody has this password")
    assert not await passwords.matches("no hash", "x")
