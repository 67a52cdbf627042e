"""`metamerlab demo`: the whole chain, from a trained network to a curve, on the starter stimuli or yours."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import people
from app.accounts.actor import COMMAND_LINE
from app.accounts.links import link_address as welcome_address
from app.analysis import service as analysis
from app.analysis.results import Count
from app.cli.analyze import analyze
from app.cli.running import in_transaction, reading
from app.cli.serve import serve
from app.cli.simulate import simulate
from app.cli.synthesis_program import run_synthesis
from app.core.clock import utc_now
from app.core.config import read_settings
from app.core.resources import resource_folder
from app.db.migrate import upgrade
from app.experiments import service as experiments
from app.experiments.links import link_address
from synthesis.common.command_line import (
    Command,
    DimensionsFit,
    DimensionsGrid,
    Readout,
    Run,
    Starter,
    StarterWords,
)
from synthesis.common.files import write_atomically
from synthesis.common.safe_yaml import parse

EXAMPLES = resource_folder("examples")
ICONS = resource_folder("static") / "vendor" / "icons"
SIMULATED_PARTICIPANTS = 20
# Of the starter's pictures, one of each of these is moved along a network's components.
MOVED = ("bear", "car", "clock", "dog")


@dataclass(frozen=True)
class Demo:
    """One study of the demo: what is synthesised, into which bundle, for which study.

    `prepare` makes its stimuli, unless they are there; `make` is the command of the synthesis program that
    makes the bundle, which is of `contents`. `finds` is what the analysis shows.
    """

    stimuli: str
    make: Command
    study: Path
    study_name: str
    prepare: Callable[[], None] = lambda: None
    contents: str = "metamers and their certificates"
    finds: str = "recognition by layer"
    people: int = SIMULATED_PARTICIPANTS


def demo(
    do_serve: Annotated[bool, typer.Option("--serve/--no-serve")] = True,
    stimuli: Annotated[
        Path | None, typer.Option(help="Your pictures instead of the starter's: one folder per category.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
) -> None:
    """Synthesise and certify metamers, open studies, simulate participants, analyse, serve.

    What an earlier call has finished is not done again.
    """
    var = Path("var").resolve()
    demos = _starter_demos(var) if stimuli is None else [_demo_of_folder(stimuli.resolve(), var)]
    links = {each.study_name: _run(each, var) for each in demos}
    _print_links(links)
    if do_serve:
        serve(port=port)


def _run(files: Demo, var: Path) -> dict[str, str]:
    """The whole chain for one study; the addresses of its links by audience."""
    _say(f"1/4  {files.stimuli}")
    files.prepare()
    _say(f"2/4  {files.contents}")
    run_synthesis(files.make)
    upgrade(read_settings().database_url)
    _say("3/4  study and simulated participants")
    links = _opened_study(files)
    missing = files.people - _simulated(files.study_name)
    if missing > 0:
        simulate(files.study_name, participants=missing)
    _say(f"4/4  {files.finds}")
    analyze(files.study_name, out=var / "demo" / files.study_name / "analysis", audience="simulated")
    return links


def _starter_demos(var: Path) -> Iterator[Demo]:
    """A study of each kind: to add one, yield it."""
    bundles = var / "bundles"
    yield Demo(
        stimuli="pictures",
        # Few enough that two cores certify their metamers within minutes.
        prepare=partial(run_synthesis, Starter(out=var / "starter", per_category=2)),
        make=Run(spec=EXAMPLES / "starter-synthesis.yaml", out=bundles / "starter"),
        study=EXAMPLES / "starter-study.yaml",
        study_name="starter-image16",
    )
    yield Demo(
        stimuli="words",
        prepare=partial(run_synthesis, StarterWords(out=var / "starter-words", words=16)),
        make=Run(spec=EXAMPLES / "starter-words-synthesis.yaml", out=bundles / "starter-words"),
        study=EXAMPLES / "starter-words-study.yaml",
        study_name="starter-words",
    )
    yield Demo(
        stimuli="components of a network's layers",
        prepare=partial(_fit_components, var),
        make=DimensionsGrid(spec=EXAMPLES / "starter-dimensions-grid.yaml", out=bundles / "starter-levels"),
        contents="pictures at rising levels along the components",
        study=EXAMPLES / "starter-levels-study.yaml",
        study_name="starter-levels",
        finds="thresholds by layer",
        people=8,
    )


def _fit_components(var: Path) -> None:
    """Fit the components, and lay the pictures that are moved along them into a folder of their own."""
    folder = var / "starter-levels"
    for category in MOVED:
        name = f"{category}/{category}1.png"
        picture = (var / "starter" / "stimuli" / name).read_bytes()
        write_atomically(folder / "pictures" / name, picture)
    if not (fit := folder / "fit.safetensors").is_file():
        run_synthesis(DimensionsFit(spec=EXAMPLES / "starter-dimensions-fit.yaml", out=fit))


def _example(name: str) -> dict[str, Any]:
    path = EXAMPLES / name
    content: dict[str, Any] = parse(path.read_text(encoding="utf-8"), str(path)).content
    return content


def _demo_of_folder(stimuli: Path, var: Path) -> Demo:
    """A spec and a study like the starter's for a folder of pictures.

    The 16 published categories are decided by the network's own classes; others by a readout fitted to them.
    """
    name = "".join(letter if letter.isalnum() else "-" for letter in stimuli.name.lower()).strip("-")
    folder = var / "demo" / name
    folder.mkdir(parents=True, exist_ok=True)
    spec = _example("starter-synthesis.yaml")
    spec |= {"stimuli": str(stimuli), "decision": "feather"}
    del spec["readout"]
    categories = {path.name for path in stimuli.iterdir() if path.is_dir()} if stimuli.is_dir() else set()
    if not categories <= {icon.stem for icon in ICONS.glob("*.webp")}:
        readout = folder / "readout.safetensors"
        spec |= {"decision": "readout", "readout": str(readout)}
        run_synthesis(Readout(folder=stimuli, model=spec["model"], out=readout))
    study = _example("starter-study.yaml")
    if spec["decision"] == "readout":  # such categories have no icons to show in catch trials
        study["steps"]["trials"]["catch"] = 0
    study |= {"name": name, "bundle": str(var / "bundles" / name)}
    for file, content in (("synthesis.yaml", spec), ("study.yaml", study)):
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        write_atomically(folder / file, text.encode())
    return Demo(
        stimuli=f"pictures of {stimuli}",
        make=Run(spec=folder / "synthesis.yaml", out=var / "bundles" / name),
        study=folder / "study.yaml",
        study_name=name,
    )


def _opened_study(files: Demo) -> dict[str, str]:
    """Create and open the study unless that was done; the addresses of its links by audience."""

    async def work(session: AsyncSession) -> dict[str, str]:
        study = await experiments.study_by_name(session, files.study_name)
        if study is None or study.status == "draft":
            checked = experiments.check_study(files.study)
            await experiments.create_study(session, COMMAND_LINE, checked, utc_now())
            study = await experiments.open_study(session, COMMAND_LINE, files.study_name, utc_now())
        links = await experiments.links_of_study(session, study.id)
        return {link.audience: link_address(read_settings().base_url, link.code) for link in links}

    return in_transaction(work)


def _simulated(study_name: str) -> int:
    async def work(session: AsyncSession) -> int:
        study = await experiments.get_study(session, study_name)
        counts: dict[Any, Count] = (await analysis.counts_by_study(session)).get(study.id, {})
        return counts.get("simulated", Count()).completed

    return reading(work)


def _print_links(links: dict[str, dict[str, str]]) -> None:
    async def work(session: AsyncSession) -> str | None:
        if await people.has_owner(session):
            return None
        token, _expires_at = await people.issue_setup(session, utc_now())
        return token

    for study, addresses in links.items():
        typer.echo(f"\n{study}")
        typer.echo(f"  take part       {addresses['live']}")
        typer.echo(f"  try it (pilot)  {addresses['pilot']}")
    site = read_settings().base_url.rstrip("/")
    if token := in_transaction(work):
        typer.echo(
            f"\nExperimenter: make the first account, within 24 hours\n  {welcome_address(site, token)}"
        )
    else:
        typer.echo(f"\nExperimenter\n  {site}/admin/sign-in")


def _say(text: str) -> None:
    typer.echo(text, err=True)
