"""What ``lossbench choose diabetes`` does for one loss in one split, by a plain loop of ``fit``.

Twelve trainings: nine learning rates, each with early stopping on a fifth of the training rows, and
three seeds of the best one. It prints how many seconds they take, without the imports.
"""

import time

import keras
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

RATES = np.geomspace(0.001, 1, 9)
SEEDS = 3


def fit(rate, seed, train, validation):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential()
    regularizer = keras.regularizers.L2(0.001)
    model.add(keras.layers.Input((10,)))
    how = {"activation": "relu", "kernel_initializer": "he_uniform"}
    model.add(keras.layers.Dense(16, **how, kernel_regularizer=regularizer))
    model.add(keras.layers.Dense(1, kernel_regularizer=regularizer))
    optimizer = keras.optimizers.SGD(learning_rate=rate, momentum=0.9, clipnorm=1.0)
    model.compile(loss="mean_squared_error", optimizer=optimizer, metrics=["mse"])
    stop = keras.callbacks.EarlyStopping("val_mse", patience=30, restore_best_weights=True)
    history = model.fit(
        *train, validation_data=validation, epochs=150, batch_size=32, callbacks=[stop], verbose=0
    )
    return model, np.nanmin(history.history["val_mse"])


X, y = load_diabetes(return_X_y=True)
start = time.perf_counter()
X_train, X_test, y_train, y_test = train_test_split(X, y, train_size=0.8, random_state=0)
scaler = StandardScaler().fit(X_train)
center, scale = y_train.mean(), y_train.std()
x, target = scaler.transform(X_train), (y_train - center) / scale
x_fit, x_held, y_fit, y_held = train_test_split(x, target, test_size=0.2, random_state=0)
parts = (x_fit, y_fit), (x_held, y_held)
errors = [fit(rate, 0, *parts)[1] for rate in RATES]
best = RATES[np.nanargmin(errors)]
for seed in range(SEEDS):
    model, _ = fit(best, seed, *parts)
    answer = center + scale * model.predict(scaler.transform(X_test), verbose=0).ravel()
    error = np.square(answer - y_test).mean()
print(time.perf_counter() - start)
