"""Writes src/study/tables/fixtures/optunaTables.json: what Optuna itself writes of small studies, as CSV by
`trials_dataframe` and as the journal of `JournalFileBackend`. Run from the repository root; needs optuna 5.0.0 and pandas.
"""
import json
import tempfile
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.ERROR)


def pair(trial):
    weight = trial.suggest_float("lambda", 0, 1)
    if trial.number == 2:
        raise optuna.TrialPruned()
    return 0.6 + 0.05 * weight


def three(trial):
    first = trial.suggest_float("w1", 0, 0.5)
    second = trial.suggest_float("w2", 0, 0.5)
    third = trial.suggest_float("w3", 1 - first - second, 1 - first - second)
    return 2.0 - third


def listed(trial):
    """λ from a list: the journal holds the place in the list, not the number."""
    return 0.6 + 0.05 * trial.suggest_categorical("lambda", [0.25, 0.5, 0.75])


def give(study):
    """Trials measured elsewhere and added; then one asked for by name, which is run."""
    distributions = {"lambda": optuna.distributions.FloatDistribution(0, 1)}
    for weight, value in [(0.0, 0.6), (0.5, 0.65), (1.0, 0.62)]:
        trial = optuna.trial.create_trial(
            params={"lambda": weight}, distributions=distributions, value=value
        )
        study.add_trial(trial)
    listing = {"lambda": optuna.distributions.CategoricalDistribution([0.25, 0.75])}
    study.add_trial(
        optuna.trial.create_trial(params={"lambda": 0.75}, distributions=listing, value=0.64)
    )
    study.enqueue_trial({"lambda": 0.3})


def written(objective, direction, prepare=lambda study: None, n_trials=5):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.log"
        study = optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(path))),
            study_name="merge",
            direction=direction,
            sampler=optuna.samplers.RandomSampler(seed=0),
        )
        prepare(study)
        study.optimize(objective, n_trials=n_trials)
        return {
            "csv": study.trials_dataframe().to_csv(),
            "journal": path.read_text(),
            "direction": direction,
            "complete": [
                {"parameters": t.params, "value": t.value}
                for t in study.trials
                if t.state == optuna.trial.TrialState.COMPLETE
            ],
        }


out = {
    "version": optuna.__version__,
    "pair": written(pair, "maximize"),
    "three": written(three, "minimize"),
    "listed": written(listed, "maximize"),
    "given": written(lambda trial: 0.6 + 0.05 * trial.suggest_float("lambda", 0, 1), "maximize", give, 1),
}
Path("src/study/tables/fixtures/optunaTables.json").write_text(json.dumps(out, indent=1) + "\n")
