"""A recurrent network in plain Keras: sequences of 50 steps, one layer of 32 units."""

import sys

import keras
from sklearn.datasets import make_classification

epochs = int(sys.argv[1])
x, y = make_classification(n_samples=2000, n_features=50, n_informative=20, random_state=1)
x = x.reshape(-1, 50, 1)
half = len(x) // 2

model = keras.Sequential()
model.add(keras.Input((50, 1)))
model.add(keras.layers.LSTM(32))
model.add(keras.layers.Dense(1, activation="sigmoid"))
optimizer = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
model.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["accuracy"])
test = (x[half:], y[half:])
model.fit(x[:half], y[:half], validation_data=test, epochs=epochs, verbose=0)
