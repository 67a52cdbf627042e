"""A sound as an SVG picture: its waveform above its cochleagram, with axes in s and kHz; pure."""

import base64
import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.io import wavfile

from app.stimuli.cochleagram import Cochleagram, cochleagram, erb_number

MEDIA_TYPE = "image/svg+xml"
DRAWN_S = 10.0  # of a longer sound its beginning
BLACK = 0.6  # the compressed envelope that is drawn black: a tone at a tenth of full scale is about 0.45
WIDTH, LEFT, RIGHT = 480, 52, 12
WAVE_TOP, WAVE_HEIGHT = 12, 64
MAP_TOP, MAP_HEIGHT = 92, 150
HEIGHT = MAP_TOP + MAP_HEIGHT + 42
TICKS_KHZ = (0.1, 0.5, 1, 2, 5, 10)
INK, GRID, BLUE = "#3c4650", "#c9ced4", "#0072b2"
STEPS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2)
_PLOT = WIDTH - LEFT - RIGHT


def drawn(data: bytes) -> bytes:
    """SVG of a mono WAV file of whole numbers. Raises `ValueError` if it is none."""
    waveform, rate_hz = samples_of(data)
    shown = waveform[: round(DRAWN_S * rate_hz)]
    duration_s = len(shown) / rate_hz
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_wave(shown),
        *_map(cochleagram(shown, rate_hz)),
        *_time_axis(duration_s, cut=len(shown) < len(waveform)),
        "</svg>",
    ]
    return "".join(parts).encode()


def samples_of(data: bytes) -> tuple[NDArray[np.float64], int]:
    """The waveform, shape (samples,), full scale 1, and its rate in Hz."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", wavfile.WavFileWarning)
        rate_hz, read = wavfile.read(io.BytesIO(data))
    if read.ndim != 1 or not np.issubdtype(read.dtype, np.signedinteger) or not len(read):
        raise ValueError("is no mono WAV file of whole numbers")
    return read / -float(np.iinfo(read.dtype).min), int(rate_hz)


def _wave(waveform: NDArray[np.float64]) -> list[str]:
    """The range of the samples of each column; the box is full scale."""
    columns = np.array_split(waveform, min(_PLOT, len(waveform)))
    middle, half = WAVE_TOP + WAVE_HEIGHT / 2, WAVE_HEIGHT / 2
    width = _PLOT / len(columns)
    lines = "".join(
        f"M{LEFT + (number + 0.5) * width:.1f} {middle - half * column.max():.1f}"
        f"V{middle - half * column.min() + 0.5:.1f}"
        for number, column in enumerate(columns)
    )
    labels = [
        f'<text x="{LEFT - 8}" y="{middle - half * level + 4:.1f}" text-anchor="end">{level:g}</text>'
        for level in (1, 0, -1)
    ]
    return [_box(WAVE_TOP, WAVE_HEIGHT), f'<path d="{lines}" stroke="{BLUE}" fill="none"/>', *labels]


def _map(found: Cochleagram) -> list[str]:
    grey = np.rint(255 * (1 - (found.rows[::-1] / BLACK).clip(0, 1))).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "PNG")
    address = f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"
    low, high = float(erb_number(found.low_hz)), float(erb_number(found.high_hz))
    ticks = []
    for khz in TICKS_KHZ:
        share = (float(erb_number(1000 * khz)) - low) / (high - low)
        if 0 <= share <= 1:
            y = MAP_TOP + MAP_HEIGHT * (1 - share)
            ticks.append(f'<path d="M{LEFT - 4} {y:.1f}h4" stroke="{INK}"/>')
            ticks.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{khz:g}</text>')
    middle = MAP_TOP + MAP_HEIGHT / 2
    return [
        f'<image x="{LEFT}" y="{MAP_TOP}" width="{_PLOT}" height="{MAP_HEIGHT}" '
        f'preserveAspectRatio="none" href="{address}"/>',
        _box(MAP_TOP, MAP_HEIGHT),
        *ticks,
        f'<text x="12" y="{middle}" text-anchor="middle" transform="rotate(-90 12 {middle})">kHz</text>',
    ]


def _time_axis(duration_s: float, *, cut: bool) -> list[str]:
    step = next((step for step in STEPS_S if duration_s / step <= 8), STEPS_S[-1])
    bottom = MAP_TOP + MAP_HEIGHT
    ticks = []
    for number in range(int(duration_s / step + 1e-9) + 1):
        x = LEFT + _PLOT * number * step / duration_s
        ticks.append(f'<path d="M{x:.1f} {bottom}v4" stroke="{INK}"/>')
        ticks.append(f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{number * step:g}</text>')
    title = f"s (the first {DRAWN_S:g} s)" if cut else "s"
    ticks.append(f'<text x="{LEFT + _PLOT / 2}" y="{bottom + 34}" text-anchor="middle">{title}</text>')
    return ticks


def _box(top: float, height: float) -> str:
    return f'<rect x="{LEFT}" y="{top}" width="{_PLOT}" height="{height}" fill="none" stroke="{GRID}"/>'
