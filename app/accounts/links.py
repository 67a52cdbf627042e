"""Where links that work once lead."""

WELCOME = "/admin/welcome"


def link_address(base_url: str, token: str) -> str:
    """The token stands behind the #: a browser never sends it, so that no log on the way has it."""
    return f"{base_url.rstrip('/')}{WELCOME}#{token}"
