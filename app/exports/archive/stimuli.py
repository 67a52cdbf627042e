"""The stimuli of an archive into the database, or those that are there already."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, Stimulus
from app.exports.archive import layout
from app.exports.archive.batches import at, batches
from app.exports.archive.checking import Archive, refuse
from app.exports.archive.queries import insert_rows, known_stimuli
from app.stimuli.levels import MADE_LIVE

# Where two servers made other pictures of one level while their studies ran, the imported ones are numbered
# from here on.
MADE_ELSEWHERE = 1_000_000_000

Key = tuple[str, str, int, str]  # original, condition, seed, blob


class _Held:
    """The stimuli of one bundle that are here. `new` says that the bundle came with this archive."""

    def __init__(self, bundle: Bundle, known: dict[Key, int], *, new: bool) -> None:
        self.bundle, self.known, self.new = bundle, known, new
        self._seeds = {key[:3] for key in known}
        self._elsewhere = MADE_ELSEWHERE + len(known)

    def is_of_study(self, row: layout.StimulusRow) -> bool:
        """Whether it was made while a study ran, so that the bundle is the same without it."""
        return self.bundle.dimensions is not None and row.seed >= MADE_LIVE

    def place(self, row: layout.StimulusRow) -> dict[str, Any]:
        """The row to store; a number that is taken by another picture is exchanged."""
        seed = row.seed
        if (row.natural_id, row.condition, seed) in self._seeds:
            seed, self._elsewhere = self._elsewhere, self._elsewhere + 1
        return {"bundle_id": self.bundle.id, **row.model_dump(exclude={"bundle"}), "seed": seed}


async def store_stimuli(
    session: AsyncSession, archive: Archive, bundles: Sequence[tuple[Bundle, bool]]
) -> list[int]:
    """The ids of the archive's stimuli in their order. `bundles` say each whether it is new here.

    Raises `Invalid` where a bundle is known here with other stimuli.
    """
    held = [
        _Held(bundle, {} if new else await known_stimuli(session, bundle.id), new=new)
        for bundle, new in bundles
    ]
    ids: list[int] = []
    for rows in batches(archive.rows("stimuli", layout.StimulusRow)):
        found: list[int | None] = []
        new_rows = []
        for row in rows:
            one = at(archive, held, row.bundle, "bundle")
            known = one.known.get((row.natural_id, row.condition, row.seed, row.blob_sha256))
            if known is None:
                if not one.new and not one.is_of_study(row):
                    refuse(archive.path, f"{row.natural_id} is another stimulus here than there")
                new_rows.append(one.place(row))
            found.append(known)
        inserted = iter(await insert_rows(session, Stimulus, new_rows))
        ids += [next(inserted) if one is None else one for one in found]
    return ids
