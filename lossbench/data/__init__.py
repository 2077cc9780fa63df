"""From a generator or a data file to the arrays that a network is trained and tested on."""
