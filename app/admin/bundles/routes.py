"""Pages of bundles: all of them, one with its layers and stimuli, one stimulus beside its metamers."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from app.admin.bundles import contexts
from app.admin.bundles.contexts import LIST, BundleContext, StimulusContext
from app.admin.bundles.dimension_routes import dimensions_page
from app.admin.drawings import KEEP, drawing
from app.admin.headers import PAGE_HEADERS
from app.admin.paging import pager
from app.db.tables import Bundle
from app.stimuli import browsing, levels, service
from app.stimuli.browsing import Contents
from app.web.dependencies import ReadSession
from app.web.parameters import WholeNumber
from app.web.templating import page
from synthesis.bundle.manifest import NO_RULE

STIMULI_SHOWN = 20
Which = Literal["", "failures"]

router = APIRouter(prefix="/bundles")


@router.get("")
async def bundles(request: Request, session: ReadSession) -> Response:
    found, counts = await browsing.all_bundles(session), await browsing.counts_of_all(session)
    with_levels = [one.id for one in found if one.dimensions is not None]
    counts |= await levels.level_counts(session, with_levels)
    return page(request, contexts.bundles_page(found, counts), headers=PAGE_HEADERS)


@router.get("/{bundle_id}")
async def bundle(
    request: Request,
    session: ReadSession,
    bundle_id: WholeNumber,
    which: Which = "",
    start: WholeNumber = 0,
) -> Response:
    found = await browsing.bundle(session, bundle_id)
    if found.dimensions is not None:
        return await dimensions_page(request, session, found, start)
    known = await run_in_threadpool(browsing.contents, found.path, found.digest)
    failures = which == "failures"
    naturals = await browsing.page_of_naturals(session, bundle_id, start, STIMULI_SHOWN, failures=failures)
    metamers = await browsing.metamers_of(session, bundle_id, [one.natural_id for one in naturals])
    total = await browsing.number_of_naturals(session, bundle_id, failures=failures)
    failed = total if failures else await browsing.number_of_naturals(session, bundle_id, failures=True)
    counts = contexts.layer_counts(found, await service.certified_counts(session, bundle_id))
    context = BundleContext(
        id=found.id,
        model=found.model,
        medium=found.medium,
        facts=_facts(found, known, await browsing.run_of_bundle(session, bundle_id)),
        is_there=known is not None,
        null_alone=known is not None and known.rule == NO_RULE,
        layers=tuple(contexts.layer_row(count, known) for count in counts),
        failures=failures,
        failed=failed,
        stimuli=tuple(
            contexts.stimulus_row(
                found, natural, [one for one in metamers if one.natural_id == natural.natural_id]
            )
            for natural in naturals
        ),
        pager=pager(f"{LIST}/{bundle_id}", {"which": which}, start, STIMULI_SHOWN, total),
    )
    return page(request, context, headers=PAGE_HEADERS)


def _facts(found: Bundle, known: Contents | None, run: tuple[int, str] | None) -> tuple[tuple[str, str], ...]:
    facts = [("Bundle", found.digest[:16]), ("In", found.path)]
    if known is not None:
        facts += [("Stimuli", known.shown), ("Weights", known.weights), ("Answers by", known.rule)]
        facts.append(("Null", known.null_about))
    if run is not None:
        facts.append(("Made by the run", run[1]))
    return tuple(facts)


@router.get("/{bundle_id}/stimuli/{stimulus_id}")
async def stimulus(
    request: Request, session: ReadSession, bundle_id: WholeNumber, stimulus_id: WholeNumber
) -> Response:
    found = await browsing.bundle(session, bundle_id)
    natural = await browsing.natural(session, bundle_id, stimulus_id)
    metamers = await browsing.metamers_of(session, bundle_id, [natural.natural_id])
    known = await run_in_threadpool(browsing.contents, found.path, found.digest)
    in_depth = sorted(metamers, key=lambda one: found.layers.index(one.condition))
    context = StimulusContext(
        bundle_id=bundle_id,
        model=found.model,
        medium=found.medium,
        name=natural.natural_id,
        category=natural.category,
        address=contexts.blob_address(natural),
        drawing=contexts.drawing_address(natural),
        metamers=tuple(contexts.metamer_card(one, known) for one in in_depth),
    )
    return page(request, context, headers=PAGE_HEADERS)


@router.get("/{bundle_id}/blobs/{sha256}")
async def blob(session: ReadSession, bundle_id: WholeNumber, sha256: str) -> Response:
    """A stimulus as participants are presented it."""
    found = await browsing.bundle(session, bundle_id)
    kept = await browsing.with_blob(session, bundle_id, sha256)
    data = await run_in_threadpool(service.read_stimulus, found.path, sha256, kept.media_type)
    return Response(data, media_type=kept.media_type, headers=KEEP)


@router.get("/{bundle_id}/drawings/{sha256}")
async def drawn(session: ReadSession, bundle_id: WholeNumber, sha256: str) -> Response:
    """A small picture of a picture, or a drawing of a sound."""
    found = await browsing.bundle(session, bundle_id)
    kept = await browsing.with_blob(session, bundle_id, sha256)

    def read() -> bytes:
        return service.read_stimulus(found.path, sha256, kept.media_type)

    return await run_in_threadpool(drawing, found.medium, sha256, read)
