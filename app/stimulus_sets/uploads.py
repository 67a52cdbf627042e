"""An upload from its first byte to its row: received, examined, kept. What breaks off leaves nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from app.accounts.actor import Actor
from app.core.config import Settings
from app.core.errors import Conflict, Invalid
from app.core.text import storable
from app.db.session import Database
from app.db.tables import StimulusFile, StimulusSet
from app.stimulus_sets import archive, service
from app.stimulus_sets.examiner import Examiner, examiner
from app.stimulus_sets.examining.findings import Findings
from app.stimulus_sets.naming import BadPath, Grouping, Place, place_of
from app.stimulus_sets.schemas import MB, Examined, Limits, Sent
from app.stimulus_sets.storage import SetStorage, receive

# An archive is taken up in calls of about this long, so that no proxy gives up and progress is seen.
TURN_S = 5.0


def limits_of(settings: Settings) -> Limits:
    return Limits(
        file_bytes=round(settings.upload_file_mb * MB),
        archive_bytes=round(settings.upload_archive_mb * MB),
        set_bytes=round(settings.upload_set_mb * MB),
        files=settings.upload_files,
    )


@dataclass(frozen=True)
class Uploads:
    """Uploads by one actor. The database is held for moments only, never while bytes come."""

    database: Database
    settings: Settings
    actor: Actor
    examiner: Examiner = examiner

    @property
    def storage(self) -> SetStorage:
        return SetStorage(self.settings.spec_folder)

    @property
    def limits(self) -> Limits:
        return limits_of(self.settings)

    async def take_file(
        self, set_id: int, path: str, declared_sha256: str, chunks: AsyncIterator[bytes]
    ) -> StimulusFile:
        """Receive one file. Bytes that are not those of the declared digest, if there is one, are not taken.

        Raises `Invalid`, `TooLarge`, or what `service.add` raises.
        """
        found = await self._open(set_id)
        if not storable(path) or not path:
            raise Invalid("bad_path", "a file needs a path, in letters that can be stored")
        with self.storage.temporary(set_id) as folder:
            came = folder / "came"
            sha256, size_bytes = await receive(chunks, came, self.limits.file_bytes, f"{path[:200]}:")
            if declared_sha256 and declared_sha256 != sha256:
                raise Invalid(
                    "digest_differs", f"{path[:200]}: other bytes came than were sent; send it again"
                )
            return await self._store(found, came, Sent(path, sha256, size_bytes), folder)

    async def take_archive(self, set_id: int, chunks: AsyncIterator[bytes]) -> int:
        """Receive a zip archive whole, in place of one that is there; the number of its files.

        Raises `Invalid` for an archive that is dangerous or damaged: then nothing of it is kept.
        """
        await self._open(set_id)
        with self.storage.temporary(set_id) as folder:
            came = folder / "came"
            await receive(chunks, came, self.limits.archive_bytes, "the archive")
            members = await asyncio.to_thread(archive.members, came, self.limits)
            came.replace(self.storage.archive(set_id))
        return len(members)

    async def go_on(self, set_id: int, turn_s: float = TURN_S) -> tuple[int, int]:
        """Take up files of the archive for a while: how many are taken up now, and how many there are."""
        found = await self._open(set_id)
        file = self.storage.archive(set_id)
        if not file.is_file():
            raise Conflict("no_archive", "there is no archive to go on with; upload it again")
        members = await asyncio.to_thread(archive.members, file, self.limits)
        async with self.database.reading() as session:
            done = {path for path, _ in await service.sent_files(session, set_id)}
        waiting = [member for member in members if member.path not in done]
        ends, taken = time.monotonic() + turn_s, 0
        for member in waiting:
            await self._take_member(found, file, member)
            taken += 1
            if time.monotonic() > ends:
                break
        if taken == len(waiting):
            file.unlink(missing_ok=True)
        return len(members) - len(waiting) + taken, len(members)

    async def _take_member(self, found: StimulusSet, file: Path, member: archive.Member) -> None:
        with self.storage.temporary(found.id) as folder:
            came = folder / "came"
            try:
                sent = await asyncio.to_thread(
                    archive.unpack, file, member.path, came, self.limits.file_bytes
                )
            except Invalid as bad:
                sent = Sent(member.path, "", member.size_bytes)
                await self._add(found.id, Examined(sent, None, Findings.refusal(bad.message)))
                return
            await self._store(found, came, sent, folder)

    async def _open(self, set_id: int) -> StimulusSet:
        async with self.database.reading() as session:
            return await service.open_set(session, self.actor, set_id)

    async def _store(self, found: StimulusSet, came: Path, sent: Sent, folder: Path) -> StimulusFile:
        async with self.database.reading() as session:
            known = await service.already_there(session, found.id, sent.path, sent.sha256)
        if known is not None:
            return known
        grouping = service.grouping_of(found)
        examined = await asyncio.get_running_loop().run_in_executor(
            self.examiner.turns, self._examined, found, grouping, came, sent, folder
        )
        return await self._add(found.id, examined)

    async def _add(self, set_id: int, examined: Examined) -> StimulusFile:
        async with self.database.writing() as session:
            return await service.add(session, self.actor, set_id, examined, self.limits)

    def _examined(
        self, found: StimulusSet, grouping: Grouping, came: Path, sent: Sent, folder: Path
    ) -> Examined:
        try:
            place: Place = place_of(sent.path, grouping)
        except BadPath as bad:
            return Examined(sent, None, Findings.refusal(str(bad)))
        out = folder / "out"
        findings = self.examiner.examine(found.medium, came, sent.path, out)
        if findings.refused:
            return Examined(sent, place, findings)
        sha256, size_bytes = self.storage.keep(found.id, out)
        return Examined(sent, place, findings, sha256, size_bytes)
