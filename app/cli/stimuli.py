"""`metamerlab stimuli ...`"""

from collections import Counter
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import COMMAND_LINE
from app.cli.running import Json, in_transaction, show
from app.core.clock import utc_now
from app.db.tables import Bundle
from app.stimuli import service
from synthesis.bundle.dimensions import CONTROL, DimensionManifest
from synthesis.bundle.manifest import Manifest
from synthesis.common.wording import counts_in_brackets

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
    manifest = service.verify_any(bundle_place)

    async def work(session: AsyncSession) -> Bundle:
        return await service.ingest(session, COMMAND_LINE, bundle_place, manifest, utc_now())

    bundle = in_transaction(work)
    if isinstance(manifest, DimensionManifest):
        result, text = _of_dimensions(manifest, bundle)
    else:
        result, text = _of_metamers(manifest, bundle)
    show(as_json, result, text)


def _of_dimensions(manifest: DimensionManifest, bundle: Bundle) -> tuple[dict[str, Any], str]:
    faults = Counter[str](one.fault for one in manifest.levels if not one.passed)
    result = {
        "digest": bundle.digest,
        "model": bundle.model,
        "layers": bundle.layers,
        "dimensions": [one.id for one in manifest.dimensions],
        "originals": len(manifest.originals),
        "levels": len(manifest.levels),
        "not_certified": faults.total(),
        "faults": dict(faults),
    }
    return result, (
        f"Bundle {bundle.digest[:12]}: {len(manifest.originals)} pictures, {len(manifest.levels)} levels "
        f"along {len(manifest.dimensions)} dimensions; {faults.total()} without certificate"
        f"{counts_in_brackets(faults)}.{_without_control(manifest)}"
    )


def _without_control(manifest: DimensionManifest) -> str:
    if any(one.id == CONTROL for one in manifest.dimensions):
        return ""
    return " It has no control: thresholds cannot be read beside those of noise."


def _of_metamers(manifest: Manifest, bundle: Bundle) -> tuple[dict[str, Any], str]:
    faults = Counter[str](item.certificate.fault for item in manifest.items if not item.certificate.passed)
    result = {
        "digest": bundle.digest,
        "model": bundle.model,
        "layers": bundle.layers,
        "naturals": len(manifest.naturals),
        "metamers": len(manifest.items),
        "not_certified": faults.total(),
        "faults": dict(faults),
        "null_pairs": min(null.pairs for null in manifest.nulls),
        "decision": manifest.decision.rule,
    }
    text = (
        f"Bundle {bundle.digest[:12]}: {len(manifest.naturals)} natural {bundle.medium}s, "
        f"{len(manifest.items)} metamers at {', '.join(bundle.layers)}; {faults.total()} without certificate"
        f"{counts_in_brackets(faults)}. Null: {result['null_pairs']:,} pairs ({manifest.null.description})."
    )
    if manifest.decision.null_alone:
        text += " The network has no labels: the null alone certifies."
    return result, text
