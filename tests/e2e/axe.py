"""axe-core in the browser's page: what keeps people with disabilities from using it."""

from playwright.sync_api import Page

from tests.e2e.site import ROOT

SOURCE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map((node) => node.html) }));
}"""


def grave_findings(page: Page) -> list[str]:
    """Findings on the page as it is now that axe-core calls serious or critical, each with where it is."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(SOURCE.read_text())
    found = page.evaluate(RUN)
    return [
        f"{finding['id']} ({finding['impact']}): {finding['where']}"
        for finding in found
        if finding["impact"] in GRAVE
    ]


def assert_accessible(page: Page) -> None:
    assert grave_findings(page) == [], page.url
