"""`metamerlab study ...`"""

from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import COMMAND_LINE
from app.cli.measuring import measure
from app.cli.running import Json, in_transaction, show
from app.core.clock import utc_now
from app.core.config import read_settings
from app.db.tables import Study
from app.experiments import service
from app.experiments.abx_design import AbxDesign
from app.experiments.checking import CheckedStudy
from app.experiments.conditions import Conditions
from app.experiments.links import link_address
from synthesis.bundle.manifest import Manifest
from synthesis.common.wording import counts_in_brackets

app = typer.Typer(help="Studies.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The study's YAML file.")]
Name = Annotated[str, typer.Argument(metavar="NAME")]


@app.command()
def validate(file: File, as_json: Json = False) -> None:
    """Check a study file and its bundle; stores nothing."""
    checked = service.check_study(file)
    show(as_json, _numbers(checked), f"{file}: good. {_in_words(checked)}")


@app.command()
def create(file: File, as_json: Json = False) -> None:
    """Store a study as a draft, with its links; an older draft of the same name is replaced."""
    checked = service.check_study(file)

    async def work(session: AsyncSession) -> dict[str, Any]:
        return await _description(
            session, await service.create_study(session, COMMAND_LINE, checked, utc_now())
        )

    result = in_transaction(work)
    text = f"Study {result['name']} is stored as a draft. {_in_words(checked)}"
    show(as_json, {**result, **_numbers(checked)}, f"{text}\n{_links_in_words(result)}")


@app.command("open")
def open_study(name: Name, as_json: Json = False) -> None:
    """Freeze a study and let participants in; generators that it needs are measured first."""
    measure(name)

    async def work(session: AsyncSession) -> dict[str, Any]:
        return await _description(session, await service.open_study(session, COMMAND_LINE, name, utc_now()))

    result = in_transaction(work)
    show(as_json, result, f"Study {name} is open.\n{_links_in_words(result)}")


@app.command()
def close(name: Name, as_json: Json = False) -> None:
    """Let no new participants in; those who have begun may finish."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        return await _description(session, await service.close_study(session, COMMAND_LINE, name, utc_now()))

    show(as_json, in_transaction(work), f"Study {name} is closed.")


@app.command("list")
def list_studies(as_json: Json = False) -> None:
    """All studies and their links."""

    async def work(session: AsyncSession) -> list[dict[str, Any]]:
        return [await _description(session, study) for study in await service.all_studies(session)]

    studies = in_transaction(work)
    lines = [
        f"{study['name']} ({study['status']}), of {', '.join(study['networks'])}\n{_links_in_words(study)}"
        for study in studies
    ]
    show(as_json, studies, "\n".join(lines) or "There are no studies yet; `metamerlab study create FILE`.")


async def _description(session: AsyncSession, study: Study) -> dict[str, Any]:
    links = await service.links_of_study(session, study.id)
    bundles = await service.bundles_of_study(session, study.id)
    conditions = service.conditions_of(service.definition_of(study), bundles)
    base_url = read_settings().base_url
    return {
        "name": study.name,
        "status": study.status,
        "networks": {one.name: list(one.layers) for one in conditions.networks},
        "links": {link.audience: link_address(base_url, link.code) for link in links},
    }


def _links_in_words(description: dict[str, Any]) -> str:
    return "\n".join(f"  {audience:<10}{link}" for audience, link in description["links"].items())


def _numbers(checked: CheckedStudy) -> dict[str, Any]:
    if isinstance(checked.design, AbxDesign):
        return {
            "dimensions": list(checked.design.dimensions),
            "dimensions_per_session": checked.design.per_session,
            "originals": len(checked.design.originals),
            "trials": checked.design.trials,
            "levels_not_certified": checked.design.not_certified,
        }
    return {
        "networks": {one.name: list(one.layers) for one in checked.cells.conditions.networks},
        "conditions": list(checked.cells.conditions.names),
        "trials": checked.cells.trials,
        "cells_not_certified": checked.cells.not_certified,
        "metamers_not_certified": dict(checked.cells.faults),
        "certified_by_the_null_alone": _null_alone(checked),
    }


def _in_words(checked: CheckedStudy) -> str:
    if isinstance(checked.design, AbxDesign):
        return _levels_in_words(checked.design)
    cells = checked.cells
    about = "" if cells.main_trials is not None else "About "
    faults = counts_in_brackets(cells.faults)
    alone = _null_alone(checked)
    unlabelled = f" Certified by the null alone, without labels: {', '.join(alone)}." if alone else ""
    return (
        f"{about}{cells.trials} trials per participant, conditions {_conditions_in_words(cells.conditions)}; "
        f"{cells.not_certified} cells are left out for want of a certificate{faults}.{unlabelled}"
    )


def _levels_in_words(design: AbxDesign) -> str:
    """What a study of thresholds comes to."""
    most = "up to " if design.adaptive.sd_octaves else ""
    return (
        f"{most}{design.trials} trials per participant: {design.per_session} of {len(design.dimensions)} "
        f"dimensions with {design.adaptive.trials_per_dimension} trials each, of {len(design.originals)} "
        f"pictures; {design.not_certified} levels are left out for want of a certificate."
    )


def _null_alone(checked: CheckedStudy) -> list[str]:
    manifests = ((one.network, one.manifest) for one in checked.bundles)
    return [name for name, one in manifests if isinstance(one, Manifest) and one.decision.null_alone]


def _conditions_in_words(conditions: Conditions) -> str:
    if not conditions.several:
        return ", ".join(conditions.names)
    networks = "; ".join(f"{one.name}: {', '.join(one.layers)}" for one in conditions.networks)
    return f"natural and {len(conditions.networks)} networks ({networks})"
