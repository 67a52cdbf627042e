"""What stands above a figure; how all charts look is in `synthesis.common.charts`."""

from collections.abc import Sequence

import altair as alt

from app.core.version import code_version


def titled(text: str, lines: Sequence[str]) -> alt.TitleParams:
    """The title, lines of caption below it, and the version of the code as the last of them."""
    return alt.TitleParams(text=text, subtitle=[*lines, f"metamerlab {code_version()}"])
