"""What an experiment gave, its folder on disk, and what its stored weights predict."""
