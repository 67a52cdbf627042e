"""How much JavaScript the participant's page is, compressed as the server sends it."""

from typing import Any

from app.main import STATIC
from app.web.static_files import StaticFolder
from tests.benchmarks.page.line import line

JSPSYCH = "vendor/jspsych.js"


def weight() -> dict[str, Any]:
    """KiB of all that any session can load: every task, every kind of step, and what they import.

    Beside it what a session of pictures loads, and the shares of jsPsych and of the project's own files.
    """
    folder = StaticFolder(STATIC)
    ours = [name for name in folder.files if name.startswith("participant/") and name.endswith(".js")]
    everything = folder.modules(*sorted(ours))
    session = folder.modules("participant/main.js", "participant/tasks/image16/task.js")
    return line(
        "page.js_gzip_kib",
        _kib(folder, everything),
        "KiB",
        len(everything),
        _kib(folder, [JSPSYCH]),
        own_kib=_kib(folder, ours),
        picture_session_kib=_kib(folder, session),
    )


def _kib(folder: StaticFolder, names: Any) -> float:
    return sum(len(folder.files[name].compressed) for name in names) / 1024
