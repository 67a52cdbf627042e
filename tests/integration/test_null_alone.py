"""Bundles of networks without labels in the application: what may be answered, what readers are told."""

from pathlib import Path

import pytest

from app.accounts.actor import COMMAND_LINE
from app.analysis.report import methods
from app.cli.stimuli import ingest as ingest_command
from app.cli.study import validate
from app.core.clock import utc_now
from app.core.errors import Invalid
from app.db.session import Database
from app.experiments import service
from app.experiments.conditions import Network
from app.stimuli import service as stimuli
from synthesis.bundle.manifest import DecisionRecord, Manifest
from synthesis.bundle.store import BundleStore
from tests.support import CATEGORIES, LAYERS, WORDS, build_tiny_bundle, study_yaml, word_study_yaml


def unlabelled(bundle: Path, rule: str = "none") -> Manifest:
    """The finished bundle as if its network answered nothing, or, by the rule letters, some text."""
    store = BundleStore(bundle)
    manifest, answer = store.read_manifest(), "" if rule == "none" else "a text"
    answers = {"natural_answer": answer, "metamer_answer": answer}
    items = [
        item.model_copy(update={"certificate": item.certificate.model_copy(update=answers)})
        for item in manifest.items
    ]
    naturals = [natural.model_copy(update={"answer": answer}) for natural in manifest.naturals]
    decision = DecisionRecord(rule=rule, categories=[])
    return store.write_manifest(
        manifest.model_copy(update={"decision": decision, "items": items, "naturals": naturals})
    )


@pytest.fixture
def picture_bundle(tmp_path: Path) -> Path:
    unlabelled(build_tiny_bundle(tmp_path / "pictures"))
    return tmp_path / "pictures"


@pytest.fixture
def word_bundle(tmp_path: Path) -> Path:
    unlabelled(build_tiny_bundle(tmp_path / "words", kind="sound", model="vggish_2s"))
    return tmp_path / "words"


@pytest.mark.anyio
async def test_what_the_stimuli_are_can_be_answered_and_no_empty_category(
    database: Database, picture_bundle: Path
) -> None:
    manifest = stimuli.verify_bundle(picture_bundle)
    async with database.writing() as session:
        bundle = await stimuli.ingest(session, COMMAND_LINE, picture_bundle, manifest, utc_now())
        assert bundle.categories == sorted(CATEGORIES)
        assert await stimuli.answers_nothing(session, bundle.id)


@pytest.mark.anyio
@pytest.mark.parametrize("rule", ["words", "letters"])
async def test_a_network_that_answers_is_not_one_without_labels(
    database: Database, tmp_path: Path, rule: str
) -> None:
    built = build_tiny_bundle(tmp_path / "words", kind="sound")
    manifest = BundleStore(built).read_manifest() if rule == "words" else unlabelled(built, rule)
    async with database.writing() as session:
        bundle = await stimuli.ingest(session, COMMAND_LINE, built, manifest, utc_now())
        assert not await stimuli.answers_nothing(session, bundle.id)
        assert bundle.categories == sorted(WORDS)


def test_a_study_of_pictures_is_checked_and_told_so(
    picture_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study.yaml").write_text(study_yaml(picture_bundle))
    validate(tmp_path / "study.yaml")
    assert "Certified by the null alone, without labels: tiny." in capsys.readouterr().out
    validate(tmp_path / "study.yaml", as_json=True)
    assert '"certified_by_the_null_alone": ["tiny"]' in capsys.readouterr().out


def test_a_study_of_words_brings_its_own_vocabulary(word_bundle: Path, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(word_study_yaml(word_bundle))
    with pytest.raises(Invalid) as refused:
        service.check_study(file)
    assert str(refused.value) == (
        f"{file}: vocabulary: no network of the study names words (decision: none); "
        "give the study's own vocabulary"
    )
    (tmp_path / "words.txt").write_text("\n".join(WORDS))
    file.write_text(word_study_yaml(word_bundle, vocabulary="words.txt"))
    assert service.check_study(file).definition.vocabulary == list(WORDS)


def test_beside_a_network_of_words_its_words_are_the_vocabulary(word_bundle: Path, tmp_path: Path) -> None:
    named = build_tiny_bundle(tmp_path / "named", kind="sound", model="ear")
    file = tmp_path / "study.yaml"
    whole = word_study_yaml("none").splitlines()
    kept = [line for line in whole if not line.startswith(("bundle: ", "layers: "))]
    entries = [f"  - {{bundle: {folder}, layers: all}}" for folder in (word_bundle, named)]
    file.write_text("\n".join([*kept, "stimuli:", *entries]) + "\n")
    checked = service.check_study(file)
    assert checked.definition.vocabulary == list(WORDS)
    assert {one.network for one in checked.bundles} == {"vggish_2s", "ear"}


def test_methods_say_by_what_metamers_were_certified(picture_bundle: Path, tmp_path: Path) -> None:
    alone, labelled = (
        " ".join(methods.stimuli(BundleStore(folder).read_manifest(), Network("tiny", LAYERS), named=False))
        for folder in (picture_bundle, build_tiny_bundle(tmp_path / "labelled"))
    )
    assert (
        "The network has no labels, so a metamer was certified by the null distribution alone "
        "(decision rule: none): it was presented only if Spearman’s rho, Pearson’s R² and the "
        "signal-to-noise ratio of the matched layer’s activations each exceeded the maximum"
    ) in alone
    assert "gave it the label" not in alone
    assert "(decision rule: feather), and if Spearman’s rho, Pearson’s R²" in labelled
    assert "no labels" not in labelled


def test_ingesting_says_so(
    picture_bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    database_url: str,
) -> None:
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", database_url)
    ingest_command(str(picture_bundle))
    assert "The network has no labels: the null alone certifies." in capsys.readouterr().out


def test_methods_say_in_which_space_was_optimised(sound_bundle: Path) -> None:
    manifest = BundleStore(sound_bundle).read_manifest()
    spaced = manifest.model_copy(update={"spec": {**manifest.spec, "optimise": "cochleagram"}})
    plain, both = (
        " ".join(methods.stimuli(one, Network("tiny", LAYERS), named=False)) for one in (manifest, spaced)
    )
    assert "First a cochleagram was optimised, without negative values, and then a waveform" in both
    assert "cochleagram" not in plain
