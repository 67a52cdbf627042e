"""`metamerlab audit ...`"""

from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.chain import Verdict
from app.cli.running import Json, reading, show
from app.core.errors import Conflict

app = typer.Typer(help="The log of what was changed on the experimenter's side.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The log of what was changed on the experimenter's side."""


@app.command()
def verify(
    head: Annotated[
        str, typer.Option(help="A hash that was noted before: the log must still contain it.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Follow the log's chain of hashes: whether a row was changed, removed or inserted.

    Rows missing at the end show only beside a hash that was noted before: give it as --head.
    """

    async def work(session: AsyncSession) -> tuple[Verdict, bool]:
        return await audit.verify(session), not head or await audit.contains(session, head)

    verdict, contained = reading(work)
    if verdict.problem:
        raise Conflict("audit_broken", f"the audit log does not hold: {verdict.problem}")
    if not contained:
        raise Conflict(
            "audit_cut", f"the audit log has no row of the hash {head}: rows are missing at its end"
        )
    result = {"rows": verdict.rows, "head": verdict.head}
    show(as_json, result, f"The audit log holds: {verdict.rows} rows.\nNote its newest hash: {verdict.head}")
