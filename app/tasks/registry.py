"""All tasks, by their kind and by the names of their presets. To add one, add it here."""

from app.tasks.abx.task import ABX
from app.tasks.image16.task import IMAGE16
from app.tasks.task import Preset, Task
from app.tasks.words.task import WORDS

TASKS: dict[str, Task] = {}
_by_preset: dict[str, Task] = {}


def register(task: Task) -> None:
    """Add a task. Raises `ValueError` if its kind, or one of its presets, has the name of another."""
    taken = [task.kind] if task.kind in TASKS else [name for name in task.presets if name in _by_preset]
    if taken:
        raise ValueError(f"there is a task or preset {taken[0]!r} already")
    TASKS[task.kind] = task
    _by_preset.update(dict.fromkeys(task.presets, task))


def forget(task: Task) -> None:
    """Take a task out again, for tests that bring one of their own."""
    del TASKS[task.kind]
    for name in task.presets:
        del _by_preset[name]


def preset_names() -> tuple[str, ...]:
    return tuple(_by_preset)


def task_of(preset: str) -> Task:
    """The task that a preset is of. Raises `KeyError`."""
    return _by_preset[preset]


def preset_of(name: str) -> Preset:
    """Raises `KeyError`."""
    return _by_preset[name].presets[name]


register(IMAGE16)
register(WORDS)
register(ABX)
