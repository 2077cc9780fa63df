"""From a generator or a file to the arrays that train and test."""
