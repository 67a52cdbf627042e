"""`metamerlab demo`: the whole chain, from a trained network to a curve, on the starter pictures or yours."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from app.admin import service as admin
from app.analysis import service as analysis
from app.cli.analyze import analyze
from app.cli.running import in_transaction, reading
from app.cli.serve import serve
from app.cli.simulate import simulate
from app.core.clock import utc_now
from app.core.config import PROJECT_FOLDER, read_settings
from app.core.errors import Conflict
from app.db.migrate import upgrade
from app.experiments import queries
from app.experiments import service as experiments

EXAMPLES = PROJECT_FOLDER / "docs" / "examples"
ICONS = PROJECT_FOLDER / "static" / "vendor" / "icons"
SIMULATED_PARTICIPANTS = 20
# Few enough that two cores certify their metamers within minutes.
STARTER_PER_CATEGORY = 2


@dataclass(frozen=True)
class Demo:
    """The files of one demo: what is synthesised, into which bundle, for which study."""

    spec: Path
    bundle: Path
    study: Path
    study_name: str


def demo(
    do_serve: Annotated[bool, typer.Option("--serve/--no-serve")] = True,
    stimuli: Annotated[
        Path | None, typer.Option(help="Your pictures instead of the starter's: one folder per category.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Synthesise and certify metamers, open a study, simulate participants, analyse, serve.

    What an earlier call has finished is not done again.
    """
    var = Path("var").resolve()
    _say("1/4  pictures")
    files = _starter_demo(var) if stimuli is None else _demo_of_folder(stimuli.resolve(), var)
    _say("2/4  metamers and their certificates")
    _synthesis("run", files.spec, "--out", files.bundle)
    upgrade(read_settings().database_url)
    _say("3/4  study and simulated participants")
    links = _opened_study(files)
    missing = SIMULATED_PARTICIPANTS - _simulated(files.study_name)
    if missing > 0:
        simulate(files.study_name, participants=missing)
    _say("4/4  recognition by layer")
    analyze(files.study_name, out=var / "demo" / files.study_name / "analysis", kind="simulated")
    _print_links(links)
    if do_serve:
        serve(port=port)


def _starter_demo(var: Path) -> Demo:
    _synthesis("starter", "--out", var / "starter", "--per-category", STARTER_PER_CATEGORY)
    return Demo(
        spec=EXAMPLES / "starter-synthesis.yaml",
        bundle=var / "bundles" / "starter",
        study=EXAMPLES / "starter-study.yaml",
        study_name="starter-image16",
    )


def _demo_of_folder(stimuli: Path, var: Path) -> Demo:
    """A spec and a study like the starter's for a folder of pictures.

    The 16 published categories are decided by the network's own classes; others by a readout fitted to them.
    """
    name = "".join(letter if letter.isalnum() else "-" for letter in stimuli.name.lower()).strip("-")
    folder = var / "demo" / name
    folder.mkdir(parents=True, exist_ok=True)
    spec = yaml.safe_load((EXAMPLES / "starter-synthesis.yaml").read_text())
    spec |= {"stimuli": str(stimuli), "decision": "feather"}
    del spec["null_stimuli"], spec["readout"]
    categories = {path.name for path in stimuli.iterdir() if path.is_dir()} if stimuli.is_dir() else set()
    if not categories <= {icon.stem for icon in ICONS.glob("*.webp")}:
        spec |= {"decision": "readout", "readout": str(folder / "readout.safetensors")}
        _synthesis("readout", stimuli, "--model", spec["model"], "--out", spec["readout"])
    study = yaml.safe_load((EXAMPLES / "starter-study.yaml").read_text())
    study |= {"name": name, "bundle": str(var / "bundles" / name)}
    for file, content in (("synthesis.yaml", spec), ("study.yaml", study)):
        (folder / file).write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    return Demo(folder / "synthesis.yaml", var / "bundles" / name, folder / "study.yaml", name)


def _synthesis(*arguments: str | Path | int) -> None:
    """Run a command of the synthesis program: a process of its own, since only that one loads torch."""
    command = [sys.executable, "-m", "synthesis", *map(str, arguments)]
    finished = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603
    if finished.returncode == 130:
        raise KeyboardInterrupt
    if finished.returncode:
        raise Conflict("synthesis_failed", f"`{' '.join(command[1:])}` failed; see its message above")


def _opened_study(files: Demo) -> dict[str, str]:
    """Create and open the study unless that was done; the addresses of its links by kind."""

    async def work(session: AsyncSession) -> dict[str, str]:
        study = await queries.study_by_name(session, files.study_name)
        if study is None or study.status == "draft":
            checked = experiments.check_study(files.study)
            await experiments.create_study(session, checked, utc_now())
            study = await experiments.open_study(session, files.study_name, utc_now())
        links = await queries.links_of_study(session, study.id)
        return {link.kind: f"{read_settings().base_url.rstrip('/')}/s/{link.code}" for link in links}

    return in_transaction(work)


def _simulated(study_name: str) -> int:
    async def work(session: AsyncSession) -> int:
        study = await experiments.get_study(session, study_name)
        counts: dict[Any, analysis.Count] = (await analysis.counts_by_study(session)).get(study.id, {})
        return counts.get("simulated", analysis.Count()).completed

    return reading(work)


def _print_links(links: dict[str, str]) -> None:
    async def work(session: AsyncSession) -> str:
        token, _expires_at = await admin.issue_token(session, utc_now())
        return token

    typer.echo(f"\nTake part       {links['live']}")
    typer.echo(f"Try it (pilot)  {links['pilot']}")
    typer.echo(f"Experimenter    {read_settings().base_url.rstrip('/')}/admin/sign-in")
    typer.echo(f"  one-time token  {in_transaction(work)}")


def _say(text: str) -> None:
    typer.echo(text, err=True)
