"""Where training happens: in a process, in warm processes, or on a Dask cluster."""
