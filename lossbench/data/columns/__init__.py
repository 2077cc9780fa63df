"""What a column of a data file holds: numbers, categories, dates, or nothing that can be used."""
