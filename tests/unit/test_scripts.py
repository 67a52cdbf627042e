"""Scripts as text: their imports, and what is left without their comments."""

from pathlib import Path

from app.web.scripts import import_graph, without_comments
from app.web.static_files import StaticFolder

FILES = {
    "page/main.js": b'import "./a.js";\nimport { c } from "../lib/c.js";\n',
    "page/a.js": b'/** @import { T } from "./types.js" */\nimport {\n  one,\n  two,\n} from "./b.js";\n',
    "page/b.js": b'export { three } from "./a.js";\nconst later = () => import("./later.js");\n',
    "page/later.js": b'import "./b.js";\n',
    "page/types.js": b"",
    "lib/c.js": b'import * as all from "./missing.js";\nexport const from = "./d.js";\n',
    "lib/d.js": b'export default "x";import"./e.js"',
}


def test_all_static_imports_are_found_once_nearest_first() -> None:
    found = import_graph(FILES, ["page/main.js"])
    assert found == ("page/main.js", "page/a.js", "lib/c.js", "page/b.js")


def test_several_scripts_share_what_they_import_and_unknown_ones_are_left_out() -> None:
    found = import_graph(FILES, ["page/later.js", "page/b.js", "page/nowhere.js"])
    assert found == ("page/later.js", "page/b.js", "page/a.js")


def test_the_version_is_that_of_the_bytes_and_names(tmp_path: Path) -> None:
    script = tmp_path / "a.js"
    script.write_text("1")
    first = StaticFolder(tmp_path).version
    script.touch()
    assert StaticFolder(tmp_path).version == first
    script.write_text("2")
    second = StaticFolder(tmp_path).version
    script.rename(tmp_path / "b.js")
    assert len({first, second, StaticFolder(tmp_path).version}) == 3


def test_comments_and_indentation_go_and_lines_keep_their_numbers() -> None:
    source = (
        b"/** What it\n * does. */\n  // Why.\n  const a = /** @type {T} */ (b); // behind\n/* one */\nc();\n"
    )
    kept = b"\n\n\nconst a = /** @type {T} */ (b); // behind\n\nc();\n"
    assert without_comments(source) == kept


def test_code_between_two_comments_stays() -> None:
    assert without_comments(b"/* a */ b(); /* c */\n") == b"/* a */ b(); /* c */\n"
    assert without_comments(b"/** a */\nb();\n/** c */\n") == b"\nb();\n\n"
