import sys
from pathlib import Path

import keras
import matplotlib.pyplot as plt
from sklearn.datasets import make_circles

plt.switch_backend("Agg")

x, y = make_circles(n_samples=1000, noise=0.1, random_state=1)
y = 2 * y - 1  # classes -1 and 1
train, test = (x[:500], y[:500]), (x[500:], y[500:])

model = keras.Sequential()
model.add(keras.layers.Input((2,)))
model.add(keras.layers.Dense(50, activation="relu", kernel_initializer="he_uniform"))
model.add(keras.layers.Dense(1, activation="tanh"))
sgd = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
# As the tutorial does it. Keras 3 makes of this accuracy a threshold at 0.5 into 0 and 1, so that
# no target of -1 is ever met: the figures printed are far below the share that is classified right.
model.compile(loss="squared_hinge", optimizer=sgd, metrics=["accuracy"])
history = model.fit(*train, validation_data=test, epochs=200, verbose=0).history

train_accuracy = model.evaluate(*train, verbose=0)[1]
test_accuracy = model.evaluate(*test, verbose=0)[1]
print(f"Train: {train_accuracy:.3f}, Test: {test_accuracy:.3f}")

figure, panels = plt.subplots(2, 1, layout="tight")
for axes, key, title in zip(
    panels, ("loss", "accuracy"), ("Squared hinge", "Accuracy"), strict=True
):
    axes.set_title(title)
    axes.plot(history[key], label="train")
    axes.plot(history["val_" + key], label="test")
    axes.legend()
figure.savefig(Path(*sys.argv[1:]) / "squared_hinge.png")
