"""Settings and what follows from them."""

import pytest
from pydantic import ValidationError

from app.core.config import Settings
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
