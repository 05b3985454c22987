"""The table of ``big_table`` by pandas, scikit-learn and ``model.fit``: one epoch, then a test."""

from __future__ import annotations

import sys

import keras
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, StandardScaler

table = pd.read_csv(sys.argv[1])
y = table.pop("price")
x_train, x_test, y_train, y_test = train_test_split(table, y, test_size=0.2, random_state=0)
numbers = [name for name in table.columns if name != "colour"]
encoder = ColumnTransformer(
    [
        ("numbers", StandardScaler(), numbers),
        ("colour", OneHotEncoder(sparse_output=False), ["colour"]),
    ]
)
x_train = encoder.fit_transform(x_train).astype("float32")
x_test = encoder.transform(x_test).astype("float32")
mean, deviation = y_train.mean(), y_train.std()
y_train = ((y_train - mean) / deviation).to_numpy("float32")
y_test = ((y_test - mean) / deviation).to_numpy("float32")
inputs = keras.Input(x_train.shape[1:])
hidden = keras.layers.Dense(128, activation="relu")(inputs)
outputs = keras.layers.Dense(1)(keras.layers.Concatenate()([inputs, hidden]))
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="mean_squared_error", metrics=["mean_absolute_error"])
model.fit(x_train, y_train, batch_size=512, epochs=1, validation_split=0.2, verbose=2)
model.evaluate(x_test, y_test, batch_size=512, verbose=2)
