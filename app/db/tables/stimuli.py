"""Stimulus bundles that were ingested, and what can be shown of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, JsonObject


class Bundle(Base):
    """A verified bundle folder. `layers` are the matched layers in depth order.

    `medium` is picture or sound (`app.stimuli.medium`); `categories` are what can be answered. `dimensions`
    are those of a bundle of dimensions, as its manifest has them; null in a bundle of metamers.
    """

    __tablename__ = "bundles"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    path: Mapped[str]
    model: Mapped[str]
    medium: Mapped[str] = mapped_column(server_default="picture")
    dimensions: Mapped[list[dict[str, Any]] | None] = mapped_column(JsonObject)
    layers: Mapped[list[str]]
    categories: Mapped[list[str]]
    ingested_at: Mapped[datetime]


class Stimulus(Base):
    """One picture or sound: a natural stimulus, or its metamer at one condition.

    `condition` is "natural" or the name of the matched layer; `natural_id` is the same for a natural stimulus
    and all its metamers. Of a bundle of dimensions, `condition` is "natural" or the id of a dimension,
    `seed` the number of the level, and the certificate has its measured `value`. A metamer that failed its
    certificate is kept, and never shown. `source_sha256` is of the file that a natural stimulus was made
    from, by which it is known in other bundles; null in metamers and in what was stored before there was this
    column.
    """

    __tablename__ = "stimuli"
    __table_args__ = (UniqueConstraint("bundle_id", "natural_id", "condition", "seed"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundles.id"), index=True)
    natural_id: Mapped[str]
    category: Mapped[str]
    condition: Mapped[str]
    seed: Mapped[int]
    blob_sha256: Mapped[str]
    source_sha256: Mapped[str | None]
    media_type: Mapped[str]
    certified: Mapped[bool]
    certificate: Mapped[dict[str, Any]]
