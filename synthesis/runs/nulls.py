"""The nulls of a run: from a null file, from further stimuli, or from the experiment's own."""

from collections.abc import Sequence

from synthesis.bundle.manifest import Natural, NullStimulus
from synthesis.bundle.nulls import LayerNull, NullSource
from synthesis.bundle.spec import REFERENCE_NULL
from synthesis.certify import null as null_settings
from synthesis.certify.certifier import Certifier
from synthesis.certify.look_alikes import in_words
from synthesis.certify.network_null import cached_null
from synthesis.certify.null_cache import null_key
from synthesis.certify.null_file import StoredNulls, sha256_start
from synthesis.certify.null_stimuli import NullStimuli
from synthesis.certify.null_summary import pairs_of, stimuli_for
from synthesis.common.errors import UserError
from synthesis.common.wording import counted
from synthesis.media.medium import Stimulus, stored
from synthesis.process.progress import Steps, tell_once
from synthesis.runs.journal import Journal
from synthesis.runs.plan import RunPlan

Shown = Sequence[Natural | NullStimulus]


class RunNulls:
    """What a run's metamers are judged against. Stimuli go into the bundle, nulls into the journal.

    Raises `UserError` for a null file of another network.
    """

    def __init__(self, plan: RunPlan, certifier: Certifier, journal: Journal) -> None:
        self.plan, self.certifier, self.journal, self.store = plan, certifier, journal, journal.store
        self.stimuli: list[NullStimulus] = []
        self._of: Shown = ()
        self._chosen = NullStimuli(certifier.medium, plan.prepare)
        if plan.nulls is not None:
            plan.nulls.check_network(certifier.network.name, certifier.network.weights_sha256)

    def gather(self, naturals: list[Natural]) -> NullSource:
        """Choose the stimuli; their source as the manifest records it.

        The experiment's own serve where nothing else is given. Raises `UserError` for a null file that was
        made from stimuli of the experiment.
        """
        own = [natural for natural in naturals if self._differs(natural)]
        plural = self.certifier.medium.files.plural
        if self.plan.nulls is not None or self.plan.null_stimuli:
            # What the experiment shows twice is no matter of this null, and people should know it.
            for line in in_words(self._chosen.left_out, f"{plural} of the experiment that are look-alikes"):
                tell_once(line)
            self._chosen.left_out.clear()
        if self.plan.nulls is not None:
            return self._from_file(self.plan.nulls, naturals)
        if self.plan.null_stimuli:
            self._store_further()
            self._of = self.stimuli
            what = "natural stimuli that are not the experiment's own"
        else:
            self._of = own
            what = "the experiment's own natural stimuli"
        for line in in_words(self._chosen.left_out, f"{plural} left out of the null as look-alikes"):
            tell_once(line)
        self._check_size(len(self._of))
        return NullSource(
            kind="null_stimuli" if self.plan.null_stimuli else "stimuli",
            description=what,
            least_pairs=null_settings.LEAST_PAIRS,
            look_alikes=self._chosen.left_out,
        )

    def layers(self, names: list[str]) -> dict[str, LayerNull]:
        """The null of each layer, from the file, the journal or the machine's cache, else computed."""
        if self.plan.nulls is not None:
            return {name: self.plan.nulls.layer(name) for name in names}
        return {name: self._layer(name) for name in names}

    def _differs(self, natural: Natural) -> bool:
        return self._chosen.differs(natural.id, self._stimulus(natural.blob.sha256))

    def _from_file(self, nulls: StoredNulls, naturals: list[Natural]) -> NullSource:
        known = set(nulls.content.stimuli)
        if shared := [one.id for one in naturals if sha256_start(one.blob.sha256) in known]:
            raise UserError(
                f"{nulls.name}: was made from {len(shared)} of this run's own stimuli "
                f"({', '.join(shared[:3])}); make it from others"
            )
        self._check_size(len(known))
        return NullSource(
            kind="reference" if self.plan.spec.null_file == REFERENCE_NULL else "file",
            description=nulls.content.description,
            file_sha256=nulls.sha256,
            least_pairs=null_settings.LEAST_PAIRS,
        )

    def _store_further(self) -> None:
        medium = self.certifier.medium
        files = [(source.id, source.path) for source in self.plan.null_stimuli]
        wanted = stimuli_for(null_settings.PUBLISHED_PAIRS)
        with Steps("null stimuli", min(wanted, len(files))) as progress:
            for name, stimulus in self._chosen.choose(files, wanted):
                blob = self.store.put_blob(medium.encode(stimulus), medium.media_type)
                self.stimuli.append(NullStimulus(id=name, blob=blob))
                progress.advance()

    def _check_size(self, stimuli: int) -> None:
        least = null_settings.LEAST_PAIRS
        if (pairs := pairs_of(stimuli)) < least:
            plural = self.certifier.medium.files.plural
            tell_once(
                f"null too small: {counted(pairs, 'pair')} of {stimuli} {plural}; a certificate needs "
                f"{least:,} pairs ({stimuli_for(least)} {plural}), so that nothing will be certified: "
                "give more as `null_stimuli: DIR`, or `null_file: FILE` (python -m synthesis null)"
            )

    def _layer(self, layer: str) -> LayerNull:
        named = [(one.id, one.blob.sha256) for one in self._of]
        key = null_key(self.certifier.network, layer, named)
        null = self.journal.null(key)
        if null is None:
            null = cached_null(self.certifier, layer, named, self._stimulus)
            self.journal.put_null(key, null)
        return null

    def _stimulus(self, sha256: str) -> Stimulus:
        return stored(self.certifier.medium, self.store, sha256)
