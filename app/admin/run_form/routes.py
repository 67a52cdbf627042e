"""The form of a synthesis run, and the spec that it writes, to look at, change, download and queue."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.ext.asyncio import AsyncSession

from app.admin.dependencies import own_form
from app.admin.headers import PAGE_HEADERS
from app.admin.run_contexts import NewRunContext
from app.admin.run_form.contexts import RunFormContext, form_page, nulls
from app.core.errors import Conflict
from app.core.text import CleanText
from app.db.tables import StimulusSet
from app.stimulus_sets import service as stimulus_sets
from app.synthesis_runs import service
from app.synthesis_runs.form import RunForm, length_problem, spec_of
from app.synthesis_runs.networks import ListedNetwork, listed_networks
from app.synthesis_runs.schemas import SPEC_LIMIT
from app.web.dependencies import CurrentSettings, ReadSession
from app.web.templating import page
from synthesis.common.errors import SpecError

router = APIRouter(prefix="/synthesis")
Text = Annotated[CleanText, Form(max_length=200)]


@router.get("/form")
async def form(
    request: Request,
    session: ReadSession,
    model: Annotated[str, Query(max_length=200)] = "",
    stimuli: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """`model` chooses a network, whose layers the form then shows; `stimuli` is the name of a set."""
    chosen = RunForm(model=model, stimuli=stimuli)
    return page(request, await _shown(session, chosen, ()), headers=PAGE_HEADERS)


async def _shown(session: AsyncSession, chosen: RunForm, problems: tuple[str, ...]) -> RunFormContext:
    networks: tuple[ListedNetwork, ...] = ()
    try:
        networks = await run_in_threadpool(listed_networks)
    except Conflict as error:
        problems = (*problems, error.message)
    return form_page(
        networks, _named(networks, chosen.model), await stimulus_sets.all_sets(session), chosen, problems
    )


def _named(networks: tuple[ListedNetwork, ...], name: str) -> ListedNetwork | None:
    return next((one for one in networks if one.name == name), None)


async def filled_in(
    request: Request,
    name: Text = "",
    model: Text = "",
    stimuli: Text = "",
    null: Text = "",
    recipe: Text = "",
    max_steps: Text = "",
    decision: Text = "",
    prepare: Text = "square-resize",
    seed: Text = "",
    seeds_per_stimulus: Text = "",
    attempts: Text = "",
) -> RunForm:
    """What was chosen; the layers are as many fields of one name."""
    layers = tuple(str(layer)[:200] for layer in (await request.form()).getlist("layers"))
    return RunForm(
        name.strip(),
        model,
        layers,
        stimuli,
        null,
        recipe,
        max_steps.strip(),
        decision,
        prepare,
        seed.strip() or "0",
        seeds_per_stimulus.strip() or "1",
        attempts.strip() or "3",
    )


@router.post("/form", dependencies=[Depends(own_form)])
async def write_spec(
    request: Request,
    session: ReadSession,
    settings: CurrentSettings,
    chosen: Annotated[RunForm, Depends(filled_in)],
) -> Response:
    """Shows the spec, ready to be queued, or the form again with what is wrong."""
    context = await _shown(session, chosen, ())
    network, problems = context.network, list(context.problems)
    if network is None:
        problems.append("network: choose one")
        return page(request, await _shown(session, chosen, tuple(problems)), 422, PAGE_HEADERS)
    problems += await _problems(session, chosen, network, context.sets)
    text = spec_of(chosen, network)
    try:
        if not problems:
            service.check_spec(text, settings.spec_folder, confined=True)
    except SpecError as error:
        problems += error.problems
    if problems:
        return page(request, await _shown(session, chosen, tuple(problems)), 422, PAGE_HEADERS)
    shown = NewRunContext(chosen.name, text, str(settings.spec_folder.resolve()), ())
    return page(request, shown, headers=PAGE_HEADERS)


async def _problems(
    session: AsyncSession, chosen: RunForm, network: ListedNetwork, sets: tuple[str, ...]
) -> list[str]:
    """What the check of a spec alone does not see."""
    found = []
    if not set(chosen.layers) & set(network.layers):
        found.append("layers: tick at least one")
    if chosen.stimuli not in sets:
        found.append(f"stimuli: choose a set of {network.medium}s that is ready")
    if chosen.null not in nulls(network, sets):
        found.append("null: choose where it comes from")
    if chosen.null == chosen.stimuli:
        found.append("null: choose another set than the stimuli, or the stimuli themselves")
    used = [one for one in await stimulus_sets.all_sets(session) if one.name in (chosen.stimuli, chosen.null)]
    for one in used:
        if problem := await _length_problem(session, network, one):
            found.append(f"{one.name}: {problem}")
    return found


async def _length_problem(session: AsyncSession, network: ListedNetwork, found: StimulusSet) -> str:
    if found.medium != "sound":
        return ""
    return length_problem(network, await stimulus_sets.lengths_of_sounds(session, found.id))


@router.post("/spec.yaml", dependencies=[Depends(own_form)])
async def download_spec(
    name: Text = "", spec: Annotated[CleanText, Form(max_length=2 * SPEC_LIMIT)] = ""
) -> Response:
    """The spec as it stands in the form, as a file."""
    safe = "".join(letter for letter in name if letter.isascii() and (letter.isalnum() or letter == "-"))
    headers = {"Content-Disposition": f'attachment; filename="{safe or "spec"}.yaml"'}
    return Response(spec.replace("\r\n", "\n"), media_type="application/yaml", headers=headers)
