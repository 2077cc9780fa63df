"""From an experiment and a seed to a Training; the only package that imports TensorFlow."""
