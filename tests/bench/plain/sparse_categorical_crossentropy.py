import sys
from pathlib import Path

import keras
import matplotlib.pyplot as plt
from sklearn.datasets import make_blobs

plt.switch_backend("Agg")

x, y = make_blobs(n_samples=1000, centers=3, n_features=2, cluster_std=2, random_state=2)
train, test = (x[:500], y[:500]), (x[500:], y[500:])

model = keras.Sequential()
model.add(keras.layers.Input((2,)))
model.add(keras.layers.Dense(50, activation="relu", kernel_initializer="he_uniform"))
model.add(keras.layers.Dense(3, activation="softmax"))
sgd = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
model.compile(loss="sparse_categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])
history = model.fit(*train, validation_data=test, epochs=100, verbose=0).history

train_accuracy = model.evaluate(*train, verbose=0)[1]
test_accuracy = model.evaluate(*test, verbose=0)[1]
print(f"Train: {train_accuracy:.3f}, Test: {test_accuracy:.3f}")

figure, panels = plt.subplots(2, 1, layout="tight")
for axes, key, title in zip(
    panels, ("loss", "accuracy"), ("Sparse cross-entropy", "Accuracy"), strict=True
):
    axes.set_title(title)
    axes.plot(history[key], label="train")
    axes.plot(history["val_" + key], label="test")
    axes.legend()
figure.savefig(Path(*sys.argv[1:]) / "sparse_categorical_crossentropy.png")
