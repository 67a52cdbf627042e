"""Addresses of static files, which name the version of the program."""

from app.main import STATIC
from app.web.static_files import static_folder


def versioned(text: str) -> str:
    """`text`, an address or a script, with the version put into all addresses below /static/."""
    return text.replace("/static/", f"/static/{static_folder(STATIC).version}/")
