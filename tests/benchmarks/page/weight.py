"""How much JavaScript the participant's page is, compressed as the server sends it."""

from typing import Any

from app.main import STATIC
from app.tasks.registry import TASKS
from app.web.static_files import StaticFolder
from tests.benchmarks.page.line import line

JSPSYCH = "vendor/jspsych.js"
PAGE, STEPS = "participant/", "participant/steps/"


def weight() -> dict[str, Any]:
    """KiB of all that one session can load: every kind of step, the heaviest task, and what they import.

    Beside it what is loaded by sessions of each task without steps that are loaded later, and the shares of
    jsPsych and of the project's own files, those of all tasks.
    """
    folder = StaticFolder(STATIC)
    ours = [name for name in folder.files if name.startswith(PAGE) and name.endswith(".js")]
    steps = [name for name in ours if name.startswith(STEPS)]
    at_most = {kind: folder.modules(*_entry(kind), *sorted(steps)) for kind in TASKS}
    heaviest = max(at_most, key=lambda kind: _kib(folder, at_most[kind]))
    return line(
        "page.js_gzip_kib",
        _kib(folder, at_most[heaviest]),
        "KiB",
        len(at_most[heaviest]),
        _kib(folder, [JSPSYCH]),
        heaviest=heaviest,
        own_kib=_kib(folder, ours),
        **{f"{kind}_session_kib": _kib(folder, folder.modules(*_entry(kind))) for kind in TASKS},
    )


def _entry(kind: str) -> tuple[str, str]:
    return "participant/main.js", f"participant/tasks/{kind}/task.js"


def _kib(folder: StaticFolder, names: Any) -> float:
    return sum(len(folder.files[name].compressed) for name in names) / 1024
