"""What is written in the header of a safetensors file beside its tensors, from the file's bytes; pure."""

from synthesis.common.json_file import loads


def header_texts(data: bytes) -> dict[str, str]:
    """The file's own texts by name. Raises `ValueError` or `KeyError` if the bytes are no such file.

    The header is JSON after its length in 8 bytes; `safetensors.torch.load` returns the tensors alone.
    """
    length = int.from_bytes(data[:8], "little")
    header: dict[str, dict[str, str]] = loads(data[8 : 8 + length])
    return header["__metadata__"]
