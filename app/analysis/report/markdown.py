"""A report without figures as Markdown; texts are escaped, so that none of them is read as markup; pure."""

import re
from collections.abc import Iterator, Sequence

from app.analysis.report.parts import Section, Table

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|])")


def to_markdown(title: str, subtitle: str, sections: Sequence[Section]) -> bytes:
    return ("\n\n".join(_parts(title, subtitle, sections)) + "\n").encode()


def _parts(title: str, subtitle: str, sections: Sequence[Section]) -> Iterator[str]:
    yield f"# {_text(title)}"
    yield _text(subtitle)
    for section in sections:
        yield f"## {_text(section.title)}"
        yield from (_text(paragraph) for paragraph in section.paragraphs)
        yield from (_table(table) for table in section.tables)


def _table(table: Table) -> str:
    rows = [table.header, ["---"] * len(table.header), *table.rows]
    lines = ["| " + " | ".join(cell if cell == "---" else _text(cell) for cell in row) + " |" for row in rows]
    note = [_text(table.note)] if table.note else []
    return "\n".join([f"**{_text(table.title)}**", "", *lines, *note])


def _text(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
