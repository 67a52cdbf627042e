"""Who answered to which picture in files of the model-vs-human format, and in what time; pure.

All functions take the table of `app.exports.mvh.read_files` as it grows, and return a column with notes in
words on what was decided.
"""

import re
from math import isfinite, isnan

import pandas as pd

# A trial's number, the experiment and the observer; what follows depends on the picture alone.
_PREFIX = re.compile(r"\d{4}_(?P<experiment>[^_]+)_[^_]+_(?P<condition>[^_]+)_(?P<rest>.+)")
RULE = "TRIAL_EXPERIMENT_OBSERVER_CONDITION_CATEGORY_NUMBER_"
LONGEST_RT_S = 60


def people(table: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    """A name for each person, who is a label (`subj`) of a `source`: the label, with its source if shared."""
    sources = table.groupby("subj", sort=False)["source"].nunique()
    shared = list(sources[sources > 1].index)
    if not shared:
        return table["subj"], []
    named = table["subj"] + " (" + table["source"] + ")"
    notes = [
        f"{_listed(shared)}: a label in more than one source, another person in each; "
        "--source folder, --source one or a column `source` says where it is the same"
    ]
    for label in shared:
        rows = table[table["subj"] == label].groupby("source")[["session", "trial", "imagename"]]
        if len({tuple(map(tuple, part.to_numpy())) for _source, part in rows}) < len(rows):
            notes.append(f"{label}: two sources have the same trials of this label; give each file once")
    return named.where(table["subj"].isin(shared), table["subj"]), notes


def pictures(table: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    """Each picture's identity: its whole name, or what follows the published prefix (`RULE`).

    Published names say trial and observer before the picture's own name, which the category tells from it.
    They are shortened only if no two different pictures become one; else all names stay whole.
    """
    names = table["imagename"]
    split = [_split(name, category) for name, category in zip(names, table["category"], strict=True)]
    short = pd.Series([image for _context, image in split], index=table.index)
    shortened = short != names
    if not shortened.any():
        return names, []
    example = table[shortened].index[0]
    what = f"{names[example]} is {short[example]}"
    context = pd.Series([context for context, _image in split], index=table.index)
    if _collapse(table.assign(short=short, context=context)):
        return names, [
            f"pictures are told apart by their whole names: without {RULE} two different names would be one, "
            f"such as {_collapse(table.assign(short=short, context=context))}"
        ]
    rows = "every row" if shortened.all() else f"{shortened.sum()} of {len(names)} rows"
    return short, [f"in {rows} the picture is what follows {RULE} in its name: {what}"]


def response_times(table: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    """Seconds, missing where there is none or it cannot be; the notes count the latter by reason."""
    given = table["rt"].map(lambda text: float("nan") if text.lower() in ("", "na") else float(text))
    medians = given.where(given.map(isfinite)).groupby(table["person"]).transform("median")
    has_times = given.groupby(table["person"]).transform("count") > 0
    reasons = {
        "no number (NaN) for an answer that was given, from people with others": given.map(isnan)
        & has_times
        & (table["object_response"] != "na"),
        "infinite": ~given.map(isfinite) & ~given.map(isnan),
        "not above 0": (given <= 0) & given.map(isfinite),
        f"above {LONGEST_RT_S} s, or of somebody whose median is (milliseconds? the format has seconds)": (
            (given > LONGEST_RT_S) | (medians > LONGEST_RT_S)
        )
        & given.map(isfinite)
        & (given > 0),
    }
    notes = [
        f"{rows.sum()} response times are {reason} and count as missing; the first is "
        f"{table[rows]['where'].iloc[0]}"
        for reason, rows in reasons.items()
        if rows.any()
    ]
    impossible = pd.concat(list(reasons.values()), axis=1).any(axis=1)
    return given.where(~impossible), notes


def _split(name: str, category: str) -> tuple[tuple[str, ...] | None, str]:
    """(what stands before the picture's own name, that name); (None, the whole) without the prefix."""
    found = _PREFIX.fullmatch(name)
    if not found or not found["rest"].lower().startswith(f"{category}_"):
        return None, name
    number, _, image = found["rest"][len(category) + 1 :].partition("_")
    if not number.isdecimal() or not image:
        return None, name
    return (found["experiment"], found["condition"], category, number), image


def _collapse(table: pd.DataFrame) -> str:
    """Two names that would become one though they are not the same picture's; empty if there are none."""
    alike = table.drop_duplicates(["condition", "context", "short"]).dropna(subset="context")
    seen_by = table.drop_duplicates(["person", "condition", "imagename"])
    for rows, keys in ((alike, ["condition", "short"]), (seen_by, ["person", "condition", "short"])):
        twice = rows[rows.duplicated(keys, keep=False)]
        if len(twice):
            first = twice[keys].iloc[0]
            pair = twice[(twice[keys] == first).all(axis=1)]["imagename"].tolist()[:2]
            return " and ".join(pair)
    return ""


def _listed(labels: list[str], most: int = 5) -> str:
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more
