"""A convolutional network on the digits in plain Keras: two layers of 64 filters."""

import sys

import keras
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

epochs = int(sys.argv[1])
x, y = load_digits(return_X_y=True)
x = StandardScaler().fit_transform(x).reshape(-1, 8, 8, 1)
y = keras.utils.to_categorical(y)
half = len(x) // 2

model = keras.Sequential()
model.add(keras.Input((8, 8, 1)))
model.add(keras.layers.Conv2D(64, 3, activation="relu", kernel_initializer="he_uniform"))
model.add(keras.layers.Conv2D(64, 3, activation="relu", kernel_initializer="he_uniform"))
model.add(keras.layers.MaxPooling2D())
model.add(keras.layers.Flatten())
model.add(keras.layers.Dense(10, activation="softmax"))
optimizer = keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)
model.compile(loss="categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
test = (x[half:], y[half:])
model.fit(x[:half], y[:half], validation_data=test, epochs=epochs, verbose=0)
