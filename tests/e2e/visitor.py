"""A participant's hands and eyes on the page."""

from playwright.sync_api import Page

CARD_BUTTON = ".card button.primary"
START = ".start:enabled"
GRID = "[data-phase=response] .grid"
FIELD = "[data-phase=response] .word-field"


class Visitor:
    """`answers` notes what was chosen, in the order of the trials."""

    def __init__(self, page: Page, link: str) -> None:
        self.page = page
        self.link = link
        self.code = link.rsplit("/", 1)[1]
        self.answers: list[str] = []

    @property
    def session_token(self) -> str:
        """The value of the session cookie, which the page itself cannot read."""
        [token] = [c["value"] for c in self.page.context.cookies() if c["name"] == f"metamerlab-{self.code}"]
        return token

    def consent(self) -> None:
        self.page.goto(self.link)
        self.page.click("form button")
        self.page.wait_for_selector(CARD_BUTTON)

    def consent_by_keyboard(self) -> None:
        """Press Tab until the button has the focus, past the links before it, then Enter."""
        self.page.goto(self.link)
        while not self.page.query_selector("form button:focus"):
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")

    def read_on(self) -> None:
        """Leave all pages of text behind, until a trial can be started."""
        while "start" not in self.page.wait_for_selector(f"{CARD_BUTTON}, {START}").get_attribute("class"):
            self.page.click(CARD_BUTTON)

    def watch(self) -> None:
        """Start a trial and wait for the grid."""
        self.page.wait_for_selector(START)
        self.page.keyboard.press("Space")
        self.page.wait_for_selector(GRID)

    def trial(self, choice: str) -> None:
        self.read_on()
        self.watch()
        self.choose(choice)

    def choose(self, choice: str) -> None:
        self.page.click(f"[data-choice={choice}]")
        self.answers.append(choice)

    def finish(self) -> str:
        """Wait for the end page; returns the completion code."""
        self.page.wait_for_url(f"**/end/{self.code}")
        return self.page.inner_text("#completion-code")


class Listener(Visitor):
    """A participant who hears words."""

    def read_on(self) -> None:
        """Leave all pages behind, the one for the volume too, until a trial can be started."""
        while "start" not in self.page.wait_for_selector(f"{CARD_BUTTON}, {START}").get_attribute("class"):
            if self.page.is_disabled(CARD_BUTTON):
                self.page.click(".card .secondary")
            self.page.click(f"{CARD_BUTTON}:enabled")

    def listen(self) -> None:
        """Start a trial and wait for the field."""
        self.page.wait_for_selector(START)
        self.page.keyboard.press("Space")
        self.page.wait_for_selector(FIELD)

    def trial(self, choice: str) -> None:
        self.read_on()
        self.listen()
        self.page.keyboard.type(choice)
        self.page.keyboard.press("Enter")
        self.answers.append(choice)
