"""What several kinds of steps measure, in one form; pure."""

from typing import Annotated

from pydantic import Field

from app.tasks.codebook import Column

PixelRatio = Annotated[float, Field(gt=0, le=100)]
SampleRate = Annotated[float, Field(ge=3_000, le=768_000)]
DEVICE_PIXEL_RATIO = Column("device_pixel_ratio", "number", "", "physical pixels per CSS px")
SAMPLE_RATE = Column("sample_rate_hz", "number", "Hz", "sampling rate of the browser's audio")
