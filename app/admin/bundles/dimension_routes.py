"""Pages of a bundle of dimensions: all its dimensions, and one with its pictures by rising level."""

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.ext.asyncio import AsyncSession

from app.admin.bundles import dimension_contexts
from app.admin.bundles.contexts import LIST
from app.admin.bundles.dimension_contexts import DimensionContext, DimensionRow, DimensionsContext
from app.admin.headers import PAGE_HEADERS
from app.admin.paging import pager
from app.db.tables import Bundle
from app.stimuli import browsing, levels
from app.stimuli.levels import DimensionContents, Which
from app.web.dependencies import ReadSession
from app.web.parameters import WholeNumber
from app.web.templating import page
from synthesis.bundle.dimensions import Dimension

DIMENSIONS_SHOWN = 12
ORIGINALS_SHOWN = 10

CHOICES: dict[Which, str] = {
    "": "All originals",
    "failures": "With failures",
    "live": "With pictures made live",
}
NOTHING: dict[Which, str] = {
    "": "The bundle has no pictures.",
    "failures": "Every level of this dimension has its certificate.",
    "live": "No picture of this dimension was made while a study ran.",
}

router = APIRouter(prefix="/bundles")


async def dimensions_page(request: Request, session: AsyncSession, found: Bundle, start: int) -> Response:
    """The page of a bundle of dimensions."""
    known = await run_in_threadpool(levels.contents, found.path, found.digest)
    every = list(enumerate(levels.dimensions_of(found), start=1))
    context = DimensionsContext(
        model=found.model,
        facts=await _facts(session, found, known),
        is_there=known is not None,
        dimensions=await _rows(session, found, every[start : start + DIMENSIONS_SHOWN]),
        pager=pager(f"{LIST}/{found.id}", {}, start, DIMENSIONS_SHOWN, len(every)),
    )
    return page(request, context, headers=PAGE_HEADERS)


@router.get("/{bundle_id}/dimensions/{number}")
async def dimension(
    request: Request,
    session: ReadSession,
    bundle_id: WholeNumber,
    number: WholeNumber,
    which: Which = "",
    start: WholeNumber = 0,
) -> Response:
    """One dimension with its originals, each beside its levels."""
    found = await browsing.bundle(session, bundle_id)
    one = levels.dimension(found, number)
    known = await run_in_threadpool(levels.contents, found.path, found.digest)
    counts: dict[Which, int] = {
        choice: await levels.number_of_originals(session, bundle_id, one.id, choice) for choice in NOTHING
    }
    (row,) = await _rows(session, found, [(number, one)])
    rows = await levels.contact_rows(session, bundle_id, one.id, start, ORIGINALS_SHOWN, which)
    context = DimensionContext(
        bundle_address=f"{LIST}/{bundle_id}",
        model=found.model,
        row=row,
        choices=tuple(
            (f"{row.address}?which={choice}" if choice else row.address, f"{words} {counts[choice]:,}",
             choice == which)
            for choice, words in CHOICES.items() if counts[choice] or choice != "live"
        ),
        nothing=NOTHING[which],
        rows=tuple(dimension_contexts.contact_row(*pictures, known) for pictures in rows),
        pager=pager(row.address, {"which": which}, start, ORIGINALS_SHOWN, counts[which]),
    )  # fmt: skip
    return page(request, context, headers=PAGE_HEADERS)


async def _rows(
    session: AsyncSession, found: Bundle, shown: list[tuple[int, Dimension]]
) -> tuple[DimensionRow, ...]:
    measured = await levels.measured(session, found.id, [one.id for _, one in shown])
    return tuple(
        dimension_contexts.dimension_row(
            found, number, one, [level for level in measured if level.dimension == one.id]
        )
        for number, one in shown
    )


async def _facts(
    session: AsyncSession, found: Bundle, known: DimensionContents | None
) -> tuple[tuple[str, str], ...]:
    facts = [("Bundle", found.digest[:16]), ("In", found.path)]
    if known is not None:
        facts += [
            ("Pictures", known.shown),
            ("Weights", known.weights),
            ("Originals", f"{len(known.labels):,}"),
        ]
    if live := await levels.number_made_live(session, found.id):
        facts.append(("Made while a study ran", f"{live:,}"))
    return tuple(facts)
