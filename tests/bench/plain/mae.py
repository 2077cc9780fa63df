import sys
from pathlib import Path

import keras
import matplotlib.pyplot as plt
from sklearn.datasets import make_regression
from sklearn.preprocessing import StandardScaler

plt.switch_backend("Agg")

x, y = make_regression(n_samples=1000, n_features=20, noise=0.1, random_state=1)
x = StandardScaler().fit_transform(x)
y = StandardScaler().fit_transform(y.reshape(-1, 1))
train, test = (x[:500], y[:500]), (x[500:], y[500:])

model = keras.Sequential()
model.add(keras.layers.Input((20,)))
model.add(keras.layers.Dense(25, activation="relu", kernel_initializer="he_uniform"))
model.add(keras.layers.Dense(1))
sgd = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
model.compile(loss="mean_absolute_error", optimizer=sgd, metrics=["mse"])
history = model.fit(*train, validation_data=test, epochs=100, verbose=0).history

train_mse = model.evaluate(*train, verbose=0)[1]
test_mse = model.evaluate(*test, verbose=0)[1]
print(f"Train: {train_mse:.3f}, Test: {test_mse:.3f}")

figure, panels = plt.subplots(2, 1, layout="tight")
for axes, key, title in zip(
    panels, ("loss", "mse"), ("Mean absolute error", "Mean squared error"), strict=True
):
    axes.set_title(title)
    axes.plot(history[key], label="train")
    axes.plot(history["val_" + key], label="test")
    axes.legend()
figure.savefig(Path(*sys.argv[1:]) / "mae.png")
