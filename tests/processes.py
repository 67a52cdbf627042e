"""Looking at processes in tests. Linux only."""

from pathlib import Path


def runs(pid: int) -> bool:
    """Whether a process is there; one that has ended and that nobody has taken note of is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
