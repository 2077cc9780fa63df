"""Configs of experiments that are trained in a moment."""

MOONS = """\
dataset: {generator: make_moons, noise: 0.1}
model: {hidden: [5]}
loss: bce
epochs: 2
repeats: 2
"""
CIRCLES = """\
dataset: {generator: make_circles, n_samples: 100, noise: 0.1, random_state: 1}
model: {hidden: [4]}
loss: hinge
epochs: 2
repeats: 2
"""
LINEAR = """\
dataset: {generator: make_regression, n_features: 20, noise: 0.1, standardize: {target: all}}
model: {hidden: [4]}
loss: mse
epochs: 2
repeats: 2
"""
# It reaches infinity in the first epoch.
DIVERGING = """\
dataset: {generator: make_regression, n_features: 20, noise: 0.1}
model: {hidden: [5]}
loss: mse
optimizer: {learning_rate: 1e30}
epochs: 2
repeats: 2
"""
