"""One measurement as it is written."""

from typing import Any


def line(name: str, value: float, unit: str, n: int, control: float, **more: object) -> dict[str, Any]:
    """`n` is the number of what was measured, `control` the same measure of what it is compared with."""
    shown = {key: round(number, 3) if isinstance(number, float) else number for key, number in more.items()}
    numbers = {"value": round(value, 3), "unit": unit, "n": n, "control": round(control, 3)}
    return {"name": name, **numbers, **shown}
