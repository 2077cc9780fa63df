"""From the bytes of a data file to the columns that it has, as they are written there."""
