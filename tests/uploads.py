"""Pictures and sounds as experimenters upload them, good and bad, and the calls that upload them."""

import io
import zipfile
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import soundfile
from PIL import Image, PngImagePlugin

API, PAGES = "/admin/api/stimuli", "/admin/stimuli"
RATE_HZ = 20_000


def picture(seed: int = 0, kind: str = "png", mode: str = "RGB", side_px: int = 240, **save: Any) -> bytes:
    """Coloured blocks of a seed."""
    shape = (6, 6) if mode == "L" else (6, 6, len(mode))
    blocks = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    image = Image.fromarray(blocks).resize((side_px, side_px), Image.Resampling.NEAREST)
    stream = io.BytesIO()
    image.save(stream, kind, **save)
    return stream.getvalue()


def picture_with_text() -> bytes:
    """A PNG that carries a name in a text chunk and in EXIF."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Secret Person")
    exif = Image.Exif()
    exif[0x010E] = "Secret Place"
    return picture(7, pnginfo=info, exif=exif)


def noise(seed: int = 0, seconds: float = 0.5, rms: float = 0.05) -> np.ndarray:
    """White noise, shape (samples,), full scale 1."""
    return rms * np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))


def sound(samples: np.ndarray, subtype: str = "PCM_16", kind: str = "WAV", rate_hz: int = RATE_HZ) -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, samples, rate_hz, subtype=subtype, format=kind)
    return stream.getvalue()


def archive(files: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as opened:
        for path, data in files.items():
            opened.writestr(path, data)
    return stream.getvalue()


async def begin(client: httpx.AsyncClient, name: str = "mine", medium: str = "picture", **more: str) -> int:
    """Begin a set; its id."""
    response = await client.post(API, json={"name": name, "medium": medium, **more})
    assert response.status_code == 200, response.text
    return int(response.json()["id"])


async def send(
    client: httpx.AsyncClient, set_id: int, path: str, data: bytes, sha256: str = ""
) -> httpx.Response:
    return await client.put(
        f"{API}/{set_id}/files", params={"path": path}, content=data, headers={"X-SHA256": sha256}
    )


async def send_archive(client: httpx.AsyncClient, set_id: int, data: bytes) -> httpx.Response:
    """Send an archive and take up all its files; the last answer."""
    response = await client.put(f"{API}/{set_id}/archive", content=data)
    while response.status_code == 200:
        response = await client.post(f"{API}/{set_id}/archive/next", json={})
        if response.status_code != 200 or response.json()["done"] == response.json()["total"]:
            break
    return response


def files_below(folder: Path) -> list[str]:
    """All files of a folder, at any depth."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
