"""`metamerlab stimuli ...`"""

from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.cli.running import Json, in_transaction, show
from app.core.clock import utc_now
from app.db.tables import Bundle
from app.stimuli import service

app = typer.Typer(help="Stimulus bundles.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Stimulus bundles."""


@app.command()
def ingest(
    bundle_place: Annotated[str, typer.Argument(metavar="DIR", help="Or s3://BUCKET/PREFIX.")],
    as_json: Json = False,
) -> None:
    """Verify a bundle and take it into the database; doing it again changes nothing."""
    manifest = service.verify_bundle(bundle_place)

    async def work(session: AsyncSession) -> Bundle:
        return await service.ingest(session, bundle_place, manifest, utc_now())

    bundle = in_transaction(work)
    failed = sum(not item.certificate.passed for item in manifest.items)
    result = {
        "digest": bundle.digest,
        "model": bundle.model,
        "layers": bundle.layers,
        "naturals": len(manifest.naturals),
        "metamers": len(manifest.items),
        "not_certified": failed,
    }
    text = (
        f"Bundle {bundle.digest[:12]}: {len(manifest.naturals)} natural {bundle.medium}s, "
        f"{len(manifest.items)} metamers at {', '.join(bundle.layers)}; {failed} without certificate."
    )
    show(as_json, result, text)
