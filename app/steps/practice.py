"""The practice trials: after each, the participant is told what was right; pure."""

from app.steps.step import Phase, Setting, StepParameters, Trials


class Practice(Trials):
    name = "practice"
    holds: Phase | None = "practice"
    of_practice = True

    def sentence(self, parameters: StepParameters, setting: Setting) -> str:
        return "After each practice trial the right answer was shown until the participant went on."
