"""Settings and what follows from them."""

import pytest
from pydantic import ValidationError

from app.core.config import Settings, read_settings
from app.core.errors import Invalid
from app.core.throttle import Limit
from app.web.security import cookie_name


def test_cookies_are_secure_on_https_or_by_choice() -> None:
    assert cookie_name(Settings(base_url="http://127.0.0.1:8000"), "C") == "metamerlab-C"
    assert cookie_name(Settings(base_url="https://lab.example"), "C") == "__Host-metamerlab-C"
    assert cookie_name(Settings(secure_cookies=True), "C") == "__Host-metamerlab-C"


@pytest.mark.parametrize("url", ["mysql://host/db", "postgresql://host/db", "nonsense"])
def test_other_databases_are_refused_with_the_choices(url: str) -> None:
    with pytest.raises(
        ValidationError, match="begin the address with sqlite\\+aiosqlite or postgresql\\+psycopg"
    ):
        Settings(database_url=url)


def test_lists_and_limits_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METAMERLAB_TRUSTED_PROXIES", "10.0.0.2, 172.16.0.0/12")
    monkeypatch.setenv("METAMERLAB_ALLOWED_HOSTS", "*.lab.example")
    monkeypatch.setenv("METAMERLAB_BASE_URL", "https://exp.example/")
    monkeypatch.setenv("METAMERLAB_CONSENTS_PER_ADDRESS", "30/60")
    settings = read_settings()
    assert settings.trusted_proxies == ("10.0.0.2", "172.16.0.0/12")
    assert settings.hosts == ("exp.example", "localhost", "127.0.0.1", "::1", "*.lab.example")
    assert settings.consents_per_address == Limit(30, 60)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("TRUSTED_PROXIES", "*", "'*' is no address or network"),
        ("ALLOWED_HOSTS", "https://lab.example", "is no address or network"),
        ("CONSENTS_PER_ADDRESS", "30", "'30' is not a limit; write COUNT/SECONDS"),
        ("BODY_TIMEOUT_SECONDS", "0", "greater than 0"),
    ],
)
def test_a_wrong_setting_is_one_line_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(f"METAMERLAB_{name}", value)
    with pytest.raises(Invalid, match=f"^METAMERLAB_{name}: ") as caught:
        read_settings()
    assert problem in caught.value.message
    assert "\n" not in caught.value.message
