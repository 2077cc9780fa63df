"""The parameters of scikit-learn's generators and toy datasets, with their defaults.

They stand here because scikit-learn takes a second to import. A test compares them with its own.
"""

from collections.abc import Mapping
from typing import Any

# The default of ``random_state`` is 0 here, not None: the same config gives the same data.
SEED = {"random_state": 0}
NOISY = {"n_samples": 100, "noise": 0.0, **SEED}

PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "load_breast_cancer": {},
    "load_diabetes": {"scaled": True},
    "load_digits": {"n_class": 10},
    "load_iris": {},
    "load_linnerud": {},
    "load_wine": {},
    "make_blobs": {
        "n_samples": 100,
        "n_features": 2,
        "centers": None,
        "cluster_std": 1.0,
        "center_box": (-10.0, 10.0),
        "shuffle": True,
        **SEED,
    },
    "make_circles": {"n_samples": 100, "shuffle": True, "noise": None, **SEED, "factor": 0.8},
    "make_classification": {
        "n_samples": 100,
        "n_features": 20,
        "n_informative": 2,
        "n_redundant": 2,
        "n_repeated": 0,
        "n_classes": 2,
        "n_clusters_per_class": 2,
        "weights": None,
        "flip_y": 0.01,
        "class_sep": 1.0,
        "hypercube": True,
        "shift": 0.0,
        "scale": 1.0,
        "shuffle": True,
        **SEED,
    },
    "make_friedman1": {"n_samples": 100, "n_features": 10, "noise": 0.0, **SEED},
    "make_friedman2": NOISY,
    "make_friedman3": NOISY,
    "make_gaussian_quantiles": {
        "mean": None,
        "cov": 1.0,
        "n_samples": 100,
        "n_features": 2,
        "n_classes": 3,
        "shuffle": True,
        **SEED,
    },
    "make_hastie_10_2": {"n_samples": 12000, **SEED},
    "make_moons": {"n_samples": 100, "shuffle": True, "noise": None, **SEED},
    "make_multilabel_classification": {
        "n_samples": 100,
        "n_features": 20,
        "n_classes": 5,
        "n_labels": 2,
        "length": 50,
        "allow_unlabeled": True,
        **SEED,
    },
    "make_regression": {
        "n_samples": 100,
        "n_features": 100,
        "n_informative": 10,
        "n_targets": 1,
        "bias": 0.0,
        "effective_rank": None,
        "tail_strength": 0.5,
        "noise": 0.0,
        "shuffle": True,
        **SEED,
    },
    "make_s_curve": NOISY,
    "make_sparse_uncorrelated": {"n_samples": 100, "n_features": 10, **SEED},
    "make_swiss_roll": {**NOISY, "hole": False},
}
