"""Where a study's links lead; pure."""


def link_address(base_url: str, code: str) -> str:
    """The address that participants open."""
    return f"{base_url.rstrip('/')}/s/{code}"
