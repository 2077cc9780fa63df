"""A million rows of 30 features by plain ``fit``: ``python fit_million.py DATA EPOCHS OUT``."""

import sys

import keras
import numpy as np

_, data, epochs, *_ = sys.argv
arrays = np.load(data)
x, y = arrays["x"], arrays["y"]
train = round(0.9 * len(x))
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.layers.Input((30,))])
for _ in range(2):
    model.add(keras.layers.Dense(256, activation="relu", kernel_initializer="he_uniform"))
model.add(keras.layers.Dense(1))
model.compile(loss="mean_squared_error", optimizer=keras.optimizers.SGD(0.01, momentum=0.9))
model.fit(
    x[:train],
    y[:train],
    validation_data=(x[train:], y[train:]),
    batch_size=1024,
    epochs=int(epochs),
    verbose=0,
)
