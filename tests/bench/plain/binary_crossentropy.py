import sys
from pathlib import Path

import keras
import matplotlib.pyplot as plt
from sklearn.datasets import make_circles

plt.switch_backend("Agg")

x, y = make_circles(n_samples=1000, noise=0.1, random_state=1)
train, test = (x[:500], y[:500]), (x[500:], y[500:])

model = keras.Sequential()
model.add(keras.layers.Input((2,)))
model.add(keras.layers.Dense(50, activation="relu", kernel_initializer="he_uniform"))
model.add(keras.layers.Dense(1, activation="sigmoid"))
sgd = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
model.compile(loss="binary_crossentropy", optimizer=sgd, metrics=["accuracy"])
history = model.fit(*train, validation_data=test, epochs=200, verbose=0).history

train_accuracy = model.evaluate(*train, verbose=0)[1]
test_accuracy = model.evaluate(*test, verbose=0)[1]
print(f"Train: {train_accuracy:.3f}, Test: {test_accuracy:.3f}")

figure, panels = plt.subplots(2, 1, layout="tight")
for axes, key, title in zip(
    panels, ("loss", "accuracy"), ("Binary cross-entropy", "Accuracy"), strict=True
):
    axes.set_title(title)
    axes.plot(history[key], label="train")
    axes.plot(history["val_" + key], label="test")
    axes.legend()
figure.savefig(Path(*sys.argv[1:]) / "binary_crossentropy.png")
