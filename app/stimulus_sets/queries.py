"""Reading and changing stimulus sets."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import RunSet, StimulusFile, StimulusSet, SynthesisRun
from app.stimulus_sets.schemas import Totals

KEPT = ("accepted", "warned")


async def all_sets(session: AsyncSession) -> Sequence[StimulusSet]:
    """All sets, newest first."""
    return (await session.scalars(select(StimulusSet).order_by(StimulusSet.id.desc()))).all()


async def set_by_id(session: AsyncSession, set_id: int) -> StimulusSet | None:
    return await session.get(StimulusSet, set_id)


async def lock_set(session: AsyncSession, set_id: int) -> StimulusSet | None:
    """The set as it is now, locked until the transaction ends."""
    query = select(StimulusSet).where(StimulusSet.id == set_id).with_for_update()
    found: StimulusSet | None = await session.scalar(query.execution_options(populate_existing=True))
    return found


async def ids_by_name(session: AsyncSession, names: Sequence[str]) -> dict[str, int]:
    """Ids of the ready sets among `names`, locked, so that none of them is deleted meanwhile."""
    query = select(StimulusSet.name, StimulusSet.id).where(
        StimulusSet.name.in_(names), StimulusSet.state == "ready"
    )
    rows = await session.execute(query.with_for_update())
    return {row.name: row.id for row in rows}


async def totals(session: AsyncSession, set_id: int | None = None) -> dict[int, Totals]:
    """Of each set that has files, or of one."""
    kept = StimulusFile.verdict.in_(KEPT)
    query = select(
        StimulusFile.set_id,
        StimulusFile.verdict,
        func.count(),
        func.sum(StimulusFile.size_bytes),
    ).group_by(StimulusFile.set_id, StimulusFile.verdict)
    categories = (
        select(StimulusFile.set_id, func.count(StimulusFile.category.distinct()))
        .where(kept)
        .group_by(StimulusFile.set_id)
    )
    if set_id is not None:
        query = query.where(StimulusFile.set_id == set_id)
        categories = categories.where(StimulusFile.set_id == set_id)
    counted = {row[0]: row[1] for row in await session.execute(categories)}
    verdicts: dict[int, dict[str, int]] = {}
    sizes: dict[int, int] = {}
    for found_id, verdict, number, size_bytes in await session.execute(query):
        verdicts.setdefault(found_id, {})[verdict] = number
        sizes[found_id] = sizes.get(found_id, 0) + int(size_bytes)
    return {
        found_id: Totals(found, sizes[found_id], counted.get(found_id, 0))
        for found_id, found in verdicts.items()
    }


async def categories_of(session: AsyncSession, set_id: int) -> list[tuple[str, int]]:
    """(category, number of files that are kept), sorted."""
    query = (
        select(StimulusFile.category, func.count())
        .where(StimulusFile.set_id == set_id, StimulusFile.verdict.in_(KEPT))
        .group_by(StimulusFile.category)
        .order_by(StimulusFile.category)
    )
    return [(category, number) for category, number in await session.execute(query)]


async def file_by_path(session: AsyncSession, set_id: int, path: str) -> StimulusFile | None:
    return await _one(session, set_id, StimulusFile.path == path)


async def kept_with_content(session: AsyncSession, set_id: int, content_sha256: str) -> StimulusFile | None:
    return await _one(
        session, set_id, StimulusFile.content_sha256 == content_sha256, StimulusFile.verdict.in_(KEPT)
    )


async def kept_at(session: AsyncSession, set_id: int, category: str, name: str) -> StimulusFile | None:
    """The file of that name; names that differ in capitals alone are one on some disks."""
    return await _one(
        session,
        set_id,
        func.lower(StimulusFile.category) == category.lower(),
        func.lower(StimulusFile.name) == name.lower(),
        StimulusFile.verdict.in_(KEPT),
    )


async def kept_by_digest(session: AsyncSession, set_id: int, sha256: str) -> StimulusFile | None:
    return await _one(session, set_id, StimulusFile.sha256 == sha256)


async def _one(session: AsyncSession, set_id: int, *where: ColumnElement[bool]) -> StimulusFile | None:
    query = select(StimulusFile).where(StimulusFile.set_id == set_id, *where).limit(1)
    found: StimulusFile | None = await session.scalar(query)
    return found


async def sent_files(session: AsyncSession, set_id: int) -> list[tuple[str, str]]:
    """(path, SHA-256 of what was sent) of every file of a set."""
    query = select(StimulusFile.path, StimulusFile.source_sha256).where(StimulusFile.set_id == set_id)
    return [(path, sha256) for path, sha256 in await session.execute(query)]


async def kept_files(session: AsyncSession, set_id: int) -> list[tuple[str, str, str, str]]:
    """(category, name, digest of what is kept, of its content), sorted."""
    file = StimulusFile
    query = select(file.category, file.name, file.sha256, file.content_sha256).where(
        file.set_id == set_id, file.verdict.in_(KEPT)
    )
    rows = [(row[0], row[1], str(row[2]), str(row[3])) for row in await session.execute(query)]
    return sorted(rows)


async def count_of_files(session: AsyncSession, set_id: int, verdict: str, category: str) -> int:
    query = _chosen(select(func.count()).select_from(StimulusFile), set_id, verdict, category)
    return int(await session.scalar(query) or 0)


async def page_of_files(
    session: AsyncSession, set_id: int, verdict: str, category: str, start: int, count: int
) -> Sequence[StimulusFile]:
    """Files by category and name, refused ones first; of one verdict or category where these are given."""
    refused_first = (StimulusFile.verdict != "refused", StimulusFile.category, StimulusFile.name)
    query = _chosen(select(StimulusFile), set_id, verdict, category)
    query = query.order_by(*refused_first, StimulusFile.id).offset(start).limit(count)
    return (await session.scalars(query)).all()


def _chosen(query: Select[Any], set_id: int, verdict: str, category: str) -> Select[Any]:
    query = query.where(StimulusFile.set_id == set_id)
    if verdict:
        query = query.where(StimulusFile.verdict == verdict)
    return query.where(StimulusFile.category == category) if category else query


async def lengths_of_sounds(session: AsyncSession, set_id: int) -> list[tuple[int, int, int]]:
    """(samples, rate in Hz, number of sounds) of what is kept."""
    samples = StimulusFile.facts["samples"].as_integer()
    rate_hz = StimulusFile.facts["sample_rate_hz"].as_integer()
    query = (
        select(samples, rate_hz, func.count())
        .where(StimulusFile.set_id == set_id, StimulusFile.verdict.in_(KEPT))
        .group_by(samples, rate_hz)
    )
    return [(int(row[0]), int(row[1]), row[2]) for row in await session.execute(query)]


async def runs_in_need(session: AsyncSession, set_id: int) -> list[str]:
    """Names of the runs that need the set and are not finished; a finished bundle holds its stimuli."""
    query = (
        select(SynthesisRun.name)
        .join(RunSet, RunSet.run_id == SynthesisRun.id)
        .where(RunSet.set_id == set_id, SynthesisRun.state != "finished")
        .order_by(SynthesisRun.id)
    )
    return list((await session.scalars(query)).all())


async def runs_of_sets(session: AsyncSession) -> dict[int, list[str]]:
    """Names of the runs that were made of each set."""
    query = select(RunSet.set_id, SynthesisRun.name).join(SynthesisRun, SynthesisRun.id == RunSet.run_id)
    found: dict[int, list[str]] = {}
    for set_id, name in await session.execute(query.order_by(SynthesisRun.id)):
        found.setdefault(set_id, []).append(name)
    return found


async def delete_set(session: AsyncSession, found: StimulusSet) -> None:
    for table in (StimulusFile, RunSet):
        await session.execute(delete(table).where(table.set_id == found.id))
    await session.delete(found)
    await session.flush()
