"""The figure of observers shows the summaries, tells control from other, and names bad input."""

import json
import re

import pandas as pd
import pytest

from synthesis.bundle.formats import PictureFormat
from synthesis.common.charts import to_svg
from synthesis.common.frames import frame_csv
from synthesis.recognition.figure import observers_chart
from synthesis.recognition.results import (
    SUMMARY,
    BundleShown,
    ObserverRecord,
    RecognitionRecord,
    digest,
    write_results,
)

HEIGHT_PX = 260


def result(bundle="a", observer="tiny", shares=(0.75, 0.25), rule="feather"):
    """One observer's record and summary; the bundle and the observer of one letter are one network."""
    shown = zip(("natural", "block2", "head"), (1.0, *shares), strict=True)
    rows = [
        {"condition": condition, "rule": rule, "score": score, "share": share}
        for condition, share in shown
        for score in ("natural_label", "true_label")
    ]
    summary = pd.DataFrame(rows).assign(sem=0.1, stimuli=16, pictures=16)
    record = RecognitionRecord(
        created_at="2026-01-01",
        command=[],
        bundle=BundleShown(
            digest=bundle,
            model=f"net_{bundle}",
            weights_sha256=bundle,
            layers=["block2", "head"],
            naturals=16,
            metamers=32,
            uncertified=0,
        ),
        observer=ObserverRecord(
            name=observer,
            weights="",
            weights_sha256=observer,
            classes=1000,
            input=PictureFormat(size_px=32),
            conversion="",
            readout_sha256=None,
        ),
        categories={rule: None if rule == "1000" else [f"category {n}" for n in range(16)]},
        seed=0,
        resamples=1000,
        notes=[],
        software={},
        files={},
    )
    return record, summary


def points(svg):
    """Heights of all points in the order of drawing, as shares."""
    groups = re.findall(r'<g class="mark-symbol role-mark[^>]*>(.*?)</g>', svg, re.DOTALL)
    heights = [float(y) for group in groups for y in re.findall(r"translate\([\d.]+,([\d.]+)\)", group)]
    return [1 - y / HEIGHT_PX for y in heights]


def test_points_stand_at_their_shares_and_the_natural_only_where_it_can_differ():
    own = to_svg(observers_chart([result()], "feather", "natural_label"))
    assert points(own) == pytest.approx([0.75, 0.25])
    assert ">Natural<" not in own
    true = to_svg(observers_chart([result()], "feather", "true_label"))
    assert points(true) == pytest.approx([1, 0.75, 0.25])
    assert ">Natural<" in true


def test_two_networks_against_each_other_give_two_panels_and_a_dashed_control():
    results = [result("a", "a", (1, 1)), result("a", "b"), result("b", "a"), result("b", "b", (1, 1))]
    svg = to_svg(observers_chart(results, "feather", "natural_label"))
    assert len(re.findall("Matched layer of net-[ab]", svg)) >= 2
    assert svg.count(">chance = 1/16<") == 2
    assert len(re.findall(r'mark-line[^>]*>\s*<path[^>]*stroke-dasharray="5,4"', svg)) == 2
    assert "(control)" in svg
    assert "N = 16 stimuli per point" in svg


def test_there_is_no_chance_line_among_a_thousand_classes():
    svg = to_svg(observers_chart([result(rule="1000")], "1000", "natural_label"))
    assert "chance" not in svg
    assert "1,000-way" in svg


def test_a_score_that_is_not_there_and_a_twin_are_named():
    with pytest.raises(ValueError, match="no score natural_label by the rule geirhos"):
        observers_chart([result()], "geirhos", "natural_label")
    with pytest.raises(ValueError, match="two folders hold the answers of tiny"):
        observers_chart([result(), result()], "feather", "natural_label")


def write(folder, record, summary):
    tables = {SUMMARY: frame_csv(summary)}
    files = {name: digest(data) for name, data in tables.items()}
    write_results(folder, tables, record.model_copy(update={"files": files}))


def test_the_command_draws_what_was_written(cli, tmp_path):
    write(tmp_path / "a", *result("a", "a"))
    write(tmp_path / "b", *result("a", "b", (0.5, 0.5)))
    code, out, err = cli("plot-observers", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "f.svg")
    assert (code, json.loads(out)) == (0, {"files": [str(tmp_path / "f.svg")]}), err
    assert points((tmp_path / "f.svg").read_text()) == pytest.approx([0.75, 0.25, 0.5, 0.5])
    code, _, _ = cli("plot-observers", tmp_path / "a", "--out", tmp_path / "f.png")
    assert code == 0
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")


def test_folders_that_hold_no_results_are_named(cli, tmp_path):
    (tmp_path / "empty").mkdir()
    write(tmp_path / "changed", *result())
    summary = tmp_path / "changed" / SUMMARY
    summary.write_bytes(summary.read_bytes().replace(b"0.75", b"0.85"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "recognize.json").write_text('{"format": "else"}')
    for name, message in (
        ("nowhere", "no recognize.json"),
        ("empty", "no recognize.json"),
        ("changed", "was changed"),
        ("other", "is not what recognize writes"),
    ):
        code, _, err = cli("plot-observers", tmp_path / name, "--out", tmp_path / "f.svg")
        assert code == 1
        (line,) = err.strip().splitlines()
        assert message in line
    assert not (tmp_path / "f.svg").exists()
