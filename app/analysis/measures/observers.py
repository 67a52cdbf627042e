"""Networks as observers of the same pictures: their curves, and how they go with people's; pure.

The table comes from `python -m synthesis recognize BUNDLE --model M --out DIR`: one row per picture shown to
a network, with the network's answer by each decision rule in a column `answer_RULE`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import pearsonr, spearmanr

from app.core.csv_input import read_csv
from app.core.errors import Invalid
from app.core.randomness import generator
from synthesis.common.names import composed

NEEDED = ("stimulus", "condition", "generating_model", "observer_model", "seed", "category")
RULES = ("feather", "geirhos")  # of the 16 categories; the first that a table has is taken
RESAMPLES = 10_000
FEWEST = 3  # pairs of values of which a correlation is given


@dataclass(frozen=True)
class Observed:
    """Networks' answers: `observer`, `stimulus`, `condition`, `seed`, `category`, `answer`, `correct` (bool).

    `notes` say what was passed over.
    """

    answers: pd.DataFrame
    notes: tuple[str, ...]


def read_answers(paths: Sequence[Path], rule: str | None = None) -> pd.DataFrame:
    """The tables of several networks as one; a path is a folder with answers.csv, or the file.

    `rule` names the column `answer_RULE`; without it each table's first of `RULES` that is filled. Raises
    `Invalid`: a file is missing, empty or lacks a column; or a picture is answered twice by a network.
    """
    tables = [_read(path / "answers.csv" if path.is_dir() else path, rule) for path in paths]
    answers = pd.concat(tables, ignore_index=True)
    twice = answers.duplicated(["observer", "stimulus", "condition", "seed"])
    if twice.any():
        row = answers[twice].iloc[0]
        what = f"{row['observer']} answers {row['stimulus']} ({row['condition']}) twice"
        raise Invalid("answered_twice", f"{row['where']}: {what}; give each network's table once")
    return answers


def _read(path: Path, rule: str | None) -> pd.DataFrame:
    read = read_csv(path, NEEDED, numbers=("seed",))
    table = pd.DataFrame([row for _line, row in read.rows], columns=list(read.columns))
    column = _answer_column(table, path, rule)
    return table[list(NEEDED)].assign(
        observer=table["observer_model"],
        answer=table[column],
        correct=table[column] == table["category"],
        seed=table["seed"].replace("", "0").str.replace(r"\.0+$", "", regex=True),
        where=str(path),
        read_as=read.note,
    )


def _answer_column(table: pd.DataFrame, path: Path, rule: str | None) -> str:
    filled = [
        name.removeprefix("answer_")
        for name in table
        if name.startswith("answer_") and (table[name] != "").any()
    ]
    wanted = [rule] if rule else [*RULES, *(name for name in filled if name != "1000")]
    for name in wanted:
        if name in filled:
            return f"answer_{name}"
    have = ", ".join(filled) or "none"
    raise Invalid(
        "no_rule", f"{path}: no answers by the rule {rule or ' or '.join(RULES)}; there are: {have}"
    )


def of_study(answers: pd.DataFrame, shown: pd.DataFrame) -> Observed:
    """The answers to pictures that the study's participants could see.

    `shown` has the columns `generating_model`, `stimulus`, `layer` and `seed`, which tell a picture, and
    `condition` and `natural_id`, which are what the study calls it; the answers get these names.

    Raises `Invalid` if no row is left, or two bundles of the study hold metamers of one model.
    """
    picture = ["generating_model", "stimulus", "layer", "seed"]
    if shown.duplicated(picture).any():
        model = shown[shown.duplicated(picture)].iloc[0]["generating_model"]
        raise Invalid(
            "one_model",
            f"two networks of the study are {model!r}; networks' tables do not tell their metamers apart",
        )
    notes = [note for note in dict.fromkeys(answers["read_as"]) if note]
    others = ~answers["generating_model"].isin(shown["generating_model"])
    if others.any():
        names = ", ".join(sorted(set(answers[others]["generating_model"])))
        notes.append(f"{others.sum()} rows on metamers of other networks were passed over: {names}")
    own = answers[~others].rename(columns={"condition": "layer"})
    ids = {column: shown[column].map(composed) for column in ("stimulus", "natural_id")}
    kept = own.merge(shown.assign(**ids).astype({"seed": str}), on=picture)
    if len(kept) < len(own):
        notes.append(f"{len(own) - len(kept)} rows on pictures that the study does not show were passed over")
    if kept.empty:
        raise Invalid("no_rows", f"the observers' tables have no picture of this study; {'; '.join(notes)}")
    named = kept.assign(stimulus=kept["natural_id"]).drop(columns=["natural_id", "layer"])
    # A natural picture is in every bundle; its copy in the first counts.
    return Observed(named.drop_duplicates(["observer", "stimulus", "condition", "seed"]), tuple(notes))


def network_curves(answers: pd.DataFrame, conditions: Sequence[str], seed: int = 0) -> pd.DataFrame:
    """Proportion correct of each network in each condition, with the bootstrap SEM over stimuli.

    The SEM is the standard deviation of the mean over `RESAMPLES` samples of the stimuli with replacement;
    metamers of several seeds are averaged within a stimulus first. Columns: `observer`, `condition`,
    `stimuli`, `proportion_correct`, `sem`, `note`; a condition that a network was not shown has N = 0.
    """
    rows = []
    for observer, part in answers.groupby("observer", sort=False):
        for condition in conditions:
            seen = part[part["condition"] == condition]
            values = seen.groupby("stimulus")["correct"].mean().to_numpy(float)
            row = {"observer": observer, "condition": condition, "stimuli": len(values)}
            rows.append({**row, **_bootstrap(values, seed, str(observer), condition)})
    return pd.DataFrame(rows)


def _bootstrap(values: np.ndarray, seed: int, *keys: str) -> dict[str, float | str | None]:
    n = len(values)
    if n == 0:
        return {"proportion_correct": None, "sem": None, "note": "not shown to this network"}
    if n == 1:
        note = "one stimulus: SEM is not defined"
        return {"proportion_correct": float(values[0]), "sem": None, "note": note}
    random = generator(seed, "observers", *keys)
    # Drawing how often each stimulus comes is drawing a sample with replacement.
    times = random.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)  # (resamples, stimuli)
    note = "all stimuli alike: SEM 0 says nothing about precision" if np.ptp(values) == 0 else ""
    return {
        "proportion_correct": float(values.mean()),
        "sem": float((times @ values / n).std()),
        "note": note,
    }


def correlations(
    answers: pd.DataFrame, curves: pd.DataFrame, people: pd.DataFrame, items: pd.DataFrame
) -> pd.DataFrame:
    """How each network's recognition goes with people's, over conditions and over pictures.

    Parameters
    ----------
    answers, curves
        Of the networks: `Observed.answers`, and `network_curves` of these.
    people
        People's curve: `condition`, `proportion_correct` (missing where nobody saw it).
    items
        People's answers by picture: `condition`, `natural_id`, `proportion_correct`
        (`app.analysis.measures.difficulty.item_difficulty`).

    Returns
    -------
    Two rows per network: `observer`, `over` (conditions, pictures), `n`, `pearson`, `spearman`, `note`. A
    correlation of fewer than three pairs, or where one side is constant, is missing, and the note says so.
    """
    by_item = answers.groupby(["observer", "condition", "stimulus"])["correct"].mean().rename("network")
    both_items = by_item.reset_index().merge(
        items, left_on=["condition", "stimulus"], right_on=["condition", "natural_id"]
    )
    both_curves = curves.rename(columns={"proportion_correct": "network"}).merge(people, on="condition")
    rows = []
    for observer in dict.fromkeys(curves["observer"]):
        for over, table in (("conditions", both_curves), ("pictures", both_items)):
            pairs = table[table["observer"] == observer][["proportion_correct", "network"]].dropna()
            rows.append({"observer": observer, "over": over, **_correlate(pairs.to_numpy(float))})
    return pd.DataFrame(rows)


def _correlate(pairs: np.ndarray) -> dict[str, float | int | str | None]:
    """Pearson's and Spearman's correlation of two columns, shape (pairs, 2)."""
    n = len(pairs)
    if n < FEWEST or (np.ptp(pairs, axis=0) == 0).any():
        why = f"fewer than {FEWEST} pairs" if n < FEWEST else "one side is constant"
        return {"n": n, "pearson": None, "spearman": None, "note": f"{why}: not defined"}
    pearson, spearman = pearsonr(*pairs.T).statistic, spearmanr(*pairs.T).statistic
    return {"n": n, "pearson": float(pearson), "spearman": float(spearman), "note": ""}
