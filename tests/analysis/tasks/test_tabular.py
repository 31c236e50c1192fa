"""Tabular tasks: estimators that the test fits, and forged files and parts."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib  # type: ignore[import-untyped]
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from analysis.answers import Classes
from analysis.contract import Case, CheckError, Columns, Feature, Part, Refused, Unsupported
from analysis.loading.estimators import load_estimator
from analysis.metrics import state
from analysis.tasks.tabular import TabularClassification, TabularRegression
from tests.analysis import jobs, samples

CLASSES, NUMBERS = TabularClassification(), TabularRegression()
IRIS = load_iris(as_frame=True)
X = IRIS.data.rename(columns=lambda name: name.removesuffix(" (cm)"))
Y = np.array(IRIS.target_names)[IRIS.target]
NUMBER, TEXT, LABEL = (Feature(kind) for kind in ("number", "text", "label"))
ACCURACY = state(samples.claim(task="tabular-classification"))


def write(folder: Path, estimator: Any, name: str = "model.skops") -> Path:
    folder.mkdir(exist_ok=True)
    skops.io.dump(estimator, folder / name)
    return folder


def run(folder: Path, repo: Path, columns: Any, **options: Any) -> list[Part]:
    task: Any = options.pop("task", CLASSES)
    return list(task.probe(jobs.make(folder, repo, task.id, columns, **options)))


ESTIMATORS = [
    LogisticRegression(max_iter=500),
    DecisionTreeClassifier(max_depth=3, random_state=0),
    RandomForestClassifier(4, random_state=0),
    GradientBoostingClassifier(n_estimators=2, random_state=0),
    HistGradientBoostingClassifier(max_iter=2),
    LinearSVC(),
    RidgeClassifier(),
    make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=300, tol=1, random_state=0)),
]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda each: type(each).__name__)
def test_answers_are_those_of_the_estimator(tmp_path: Path, estimator: Any):
    repo = write(tmp_path / "repo", estimator.fit(X, Y))
    shuffled = {name: X[name].tolist() for name in reversed(X.columns)}
    parts = run(tmp_path, repo, {**shuffled, "row": list(range(150))})
    told: Any = parts[0].values["labels"]
    names = [name for _, name in told]
    chosen = jobs.joined(parts, "chosen")
    assert [names[each] for each in chosen] == estimator.predict(X).tolist()
    found = samples.measured(CLASSES, ACCURACY, Case(samples.subject(), Y.tolist(), 150), parts)
    assert found.estimate.value == estimator.score(X, Y)
    assert (found.evidence["weights"], found.evidence["classes_matched"]) == (
        ["model.skops"],
        "by name",
    )
    assert str(found.evidence["loader"]).startswith("skops ")
    assert not found.assumptions


def test_scores_cross_the_wall_by_class(tmp_path: Path):
    estimator = LogisticRegression(max_iter=500).fit(X, Y)
    parts = run(tmp_path, write(tmp_path / "repo", estimator), X.to_dict("list"))
    order = ("virginica", "setosa", "versicolor")
    targets = [order.index(name) for name in Y]
    reader = CLASSES.reader(ACCURACY, Case(samples.subject(), targets, 150, order), parts[0].values)
    answers = reader.read(parts[1])
    assert isinstance(answers, Classes)
    expected = pd.DataFrame(estimator.predict_proba(X), columns=estimator.classes_)[list(order)]
    assert answers.scores is not None
    np.testing.assert_allclose(answers.scores, expected, atol=1e-6)
    np.testing.assert_array_equal(answers.ranked[:, 0], np.argmax(expected, axis=1))


def test_text_columns_and_gaps_reach_a_pipeline(tmp_path: Path):
    frame = pd.DataFrame(
        {"colour": ["red", "blue", np.nan, "red"] * 5, "size": [1.0, 2.0, np.nan, 4.0] * 5}
    )
    encoder = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["colour"]), remainder="passthrough"
    )
    right = ["a", "b", "b", "a"] * 5
    estimator = make_pipeline(encoder, HistGradientBoostingClassifier(max_iter=2)).fit(frame, right)
    columns = {"size": [1, 2, None, 4] * 5, "colour": ["red", "blue", None, "red"] * 5}
    parts = run(tmp_path, write(tmp_path / "repo", estimator), columns)
    names = estimator.classes_[jobs.joined(parts, "chosen")]
    assert names.tolist() == estimator.predict(frame).tolist()


def test_a_regressor_gives_numbers(tmp_path: Path):
    x, y = load_diabetes(return_X_y=True, as_frame=True)
    estimator = LinearRegression().fit(x, y)
    parts = run(tmp_path, write(tmp_path / "repo", estimator), x.to_dict("list"), task=NUMBERS)
    np.testing.assert_allclose(jobs.joined(parts, "given"), estimator.predict(x))
    claim = samples.claim(metric="pearson", value_text="0.72", value=0.72, task=NUMBERS.id)
    case = Case(samples.subject(), y.tolist(), len(y))
    found = samples.measured(NUMBERS, state(claim), case, parts)
    assert found.estimate.value == pytest.approx(np.corrcoef(y, estimator.predict(x))[0, 1])


def test_columns_without_names_are_taken_in_order_and_said_so(tmp_path: Path):
    estimator = LogisticRegression(max_iter=500).fit(X.to_numpy(), Y)
    repo = write(tmp_path / "repo", estimator)
    parts = run(tmp_path, repo, X.to_dict("list"))
    case = Case(samples.subject(), Y.tolist(), 150)
    found = samples.measured(CLASSES, ACCURACY, case, parts)
    assert found.estimate.value == estimator.score(X.to_numpy(), Y)
    assert "in the dataset's order" in found.assumptions[0]
    with pytest.raises(Unsupported, match=r"takes 4 columns.*has 5"):
        run(tmp_path, repo, {**X.to_dict("list"), "row": list(range(150))})


def test_columns_may_be_named_by_the_config(tmp_path: Path):
    estimator = LogisticRegression(max_iter=500).fit(X.to_numpy(), Y)
    repo = write(tmp_path / "repo", estimator, "net.skops")
    settings = {"columns": list(X.columns), "model": {"file": "net.skops"}}
    (repo / "config.json").write_text(json.dumps({"sklearn": settings}))
    columns = {"row": list(range(150)), **{name: X[name].tolist() for name in reversed(X.columns)}}
    chosen = jobs.joined(run(tmp_path, repo, columns), "chosen")
    assert estimator.classes_[chosen].tolist() == estimator.predict(X.to_numpy()).tolist()


def test_a_column_that_is_not_in_the_dataset_is_named(tmp_path: Path):
    repo = write(tmp_path / "repo", LogisticRegression(max_iter=500).fit(X, Y))
    with pytest.raises(Unsupported, match="no column 'petal length'") as caught:
        run(tmp_path, repo, {"sepal length": [1.0], "sepal width": [1.0]})
    assert caught.value.missing == "dataset"


def test_values_that_the_estimator_cannot_take_end_in_a_sentence(tmp_path: Path):
    repo = write(tmp_path / "repo", LogisticRegression(max_iter=500).fit(X, Y))
    with pytest.raises(CheckError, match="failed on a batch of rows"):
        run(tmp_path, repo, {name: ["many"] for name in X.columns})


# -- files -------------------------------------------------------------------------------------


def forged(estimator: Any, change: Callable[[Any], None]) -> Any:
    """Rewrite the arrays of a skops file."""
    old, new = io.BytesIO(skops.io.dumps(estimator)), io.BytesIO()
    with zipfile.ZipFile(old) as before, zipfile.ZipFile(new, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name.endswith(".npy"):
                array = np.load(io.BytesIO(content))
                if array.dtype.names and "left_child" in array.dtype.names:
                    change(array)
                buffer = io.BytesIO()
                np.save(buffer, array)
                content = buffer.getvalue()
            after.writestr(name, content)
    return new.getvalue()


def astray(array: Any) -> None:
    array["left_child"][0] = 10**6


def in_circles(array: Any) -> None:
    array["right_child"][0] = 0


def beyond(array: Any) -> None:
    array["feature"][0] = 4


@pytest.mark.parametrize("change", [astray, in_circles, beyond])
@pytest.mark.parametrize(
    "estimator",
    [DecisionTreeClassifier(max_depth=2), RandomForestClassifier(2)],
    ids=["tree", "forest"],
)
def test_a_tree_that_leads_astray_is_refused(
    tmp_path: Path, estimator: Any, change: Callable[[Any], None]
):
    (tmp_path / "model.skops").write_bytes(forged(estimator.fit(X, Y), change))
    with pytest.raises(Refused, match="nodes lead out of it"):
        load_estimator(tmp_path, is_classifier=True)


def test_a_tree_of_another_width_in_a_forest_is_refused(tmp_path: Path):
    forest = RandomForestClassifier(2).fit(X.iloc[:, :2], Y)
    forest.estimators_[1] = DecisionTreeClassifier().fit(X.to_numpy(), Y)
    write(tmp_path, forest)
    with pytest.raises(Refused, match="nodes lead out of it"):
        load_estimator(tmp_path, is_classifier=True)


def test_a_type_that_is_not_known_is_refused(tmp_path: Path):
    estimator = make_pipeline(FunctionTransformer(jobs.make), LogisticRegression())
    write(tmp_path, estimator)
    with pytest.raises(Refused, match=r"holds the type 'tests.analysis.jobs.make'") as caught:
        load_estimator(tmp_path, is_classifier=True)
    assert caught.value.missing == "weights"


@pytest.mark.parametrize("name", ["model.pkl", "sklearn_model.joblib"])
def test_a_pickle_is_never_loaded(tmp_path: Path, name: str):
    class Bomb:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "exploded",))

    joblib.dump(Bomb(), tmp_path / name)
    with pytest.raises(Refused, match="is a pickle") as caught:
        load_estimator(tmp_path, is_classifier=True)
    assert caught.value.missing == "weights"
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "has no skops file"),
        ({"model.skops": b"no zip"}, "could not be read"),
        ({"a.skops": b"", "b.skops": b""}, "unclear which"),
        ({"model.skops": skops.io.dumps({"a": 1})}, "does not hold an estimator"),
        ({"model.skops": skops.io.dumps(StandardScaler())}, "does not hold an estimator"),
        ({"model.skops": skops.io.dumps(LogisticRegression())}, "does not hold a fitted"),
        ({"model.skops": skops.io.dumps(LinearRegression())}, "does not hold a classifier"),
    ],
)
def test_what_holds_no_classifier_is_unsupported(
    tmp_path: Path, files: dict[str, bytes], message: str
):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Unsupported, match=message) as caught:
        load_estimator(tmp_path, is_classifier=True)
    assert caught.value.missing == "weights"


def test_a_classifier_is_no_regressor(tmp_path: Path):
    write(tmp_path, LogisticRegression(max_iter=500).fit(X, Y))
    with pytest.raises(Unsupported, match="does not hold a regressor"):
        load_estimator(tmp_path, is_classifier=False)
    write(tmp_path, DecisionTreeRegressor(max_depth=1).fit(X, np.arange(150.0)))
    assert load_estimator(tmp_path, is_classifier=False).classes == ()


# -- columns -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "features", "expected"),
    [
        (CLASSES, {"a": NUMBER, "b": TEXT, "species": LABEL}, (("a", "b"), "species")),
        (CLASSES, {"a": NUMBER, "target": NUMBER, "target_name": TEXT}, (("a",), "target")),
        (CLASSES, {"a": NUMBER, "class": TEXT, "picture": Feature("image")}, (("a",), "class")),
        (NUMBERS, {"a": NUMBER, "b": TEXT, "target": NUMBER}, (("a", "b"), "target")),
    ],
)
def test_columns_are_chosen(task: Any, features: dict[str, Feature], expected: Any):
    inputs, target = expected
    assert task.columns(features) == Columns(inputs, target, are_named=True)


@pytest.mark.parametrize(
    ("task", "features"),
    [
        (CLASSES, {"a": NUMBER, "b": NUMBER}),
        (CLASSES, {"target": NUMBER}),
        (NUMBERS, {"a": NUMBER, "target": TEXT}),
        (NUMBERS, {"a": NUMBER, "price": NUMBER}),
    ],
)
def test_columns_that_do_not_fit_are_unsupported(task: Any, features: dict[str, Feature]):
    with pytest.raises(Unsupported) as caught:
        task.columns(features)
    assert caught.value.missing == "dataset"


# -- reading -----------------------------------------------------------------------------------


def network(**values: Any) -> Part:
    return Part("network", {"classes": 2, "labels": [[0, "no"], [1, "yes"]], **values})


def scores(*rows: tuple[float, float]) -> Any:
    return np.array(rows, dtype=np.float32)


def chosen(*places: int) -> Any:
    return np.array(places, dtype=np.int32)


def test_a_row_of_nan_is_no_answer():
    part = jobs.predictions(scores=scores((0.2, 0.8), (np.nan, 1.0), (0.0, np.inf)))
    case = Case(samples.subject(), ["yes", "yes", "no"], 3)
    found = samples.measured(CLASSES, ACCURACY, case, [network(), part])
    assert found.estimate.value == pytest.approx(1 / 3)
    assert found.evidence["failed_samples"] == 2


def test_what_was_chosen_goes_before_scores():
    part = jobs.predictions(scores=scores((0.2, 0.8), (0.2, 0.8)), chosen=chosen(0, -1))
    reader = CLASSES.reader(ACCURACY, Case(samples.subject(), ["yes", "no"], 2), network().values)
    answers = reader.read(part)
    assert answers.ranked[:, :2].tolist() == [[0, 1], [-1, -1]]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([network(classes=1), jobs.predictions(chosen=chosen(0, 0))], "no sensible number"),
        ([network(), jobs.predictions()], "right form"),
        ([network(), jobs.predictions(chosen=chosen(0, 2))], "does not have"),
        ([network(), jobs.predictions(chosen=chosen(0, -2))], "does not have"),
        ([network(), jobs.predictions(chosen=chosen(0))], "only 1 of 2"),
        ([network(), jobs.predictions(chosen=chosen(0, 1, 1))], "more samples"),
        ([network(), jobs.predictions(start=1, chosen=chosen(0, 1))], "out of order"),
        ([network(), jobs.predictions(chosen=scores((0, 1), (0, 1)))], "right form"),
        ([network(), jobs.predictions(scores=np.zeros((2, 3), np.float32))], "another number"),
        ([network(), jobs.predictions(scores=np.zeros((2, 2)))], "right form"),
        (
            [network(), jobs.predictions(scores=scores((0, 1)), chosen=chosen(0, 1))],
            "other samples than it scored",
        ),
    ],
)
def test_forged_parts_never_give_a_number(parts: list[Part], message: str):
    case = Case(samples.subject(), ["no", "yes"], 2)
    with pytest.raises(CheckError, match=message) as caught:
        samples.measured(CLASSES, ACCURACY, case, parts)
    assert not isinstance(caught.value, Unsupported)


def test_numbers_that_are_not_finite_are_no_answers():
    case = Case(samples.subject(), [1.0, 2, 3.0], 3)
    reader = NUMBERS.reader(ACCURACY, case, {})
    answers = reader.read(jobs.predictions(given=np.array([1.0, np.inf, np.nan])))
    assert np.isnan(answers.given).tolist() == [False, True, True]
    assert reader.evidence["failed_samples"] == 2


@pytest.mark.parametrize("target", [None, "3", float("nan")])
def test_targets_that_are_no_numbers_are_unsupported(target: Any):
    with pytest.raises(Unsupported, match="not all numbers"):
        NUMBERS.reader(ACCURACY, Case(samples.subject(), [1.0, target], 2), {})
