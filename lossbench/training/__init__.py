"""Train an experiment from a seed; the only package that imports TensorFlow and Keras."""
