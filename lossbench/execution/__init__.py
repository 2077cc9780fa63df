"""Where seeds are trained: in a process, in a pool of processes, or on a Dask cluster."""
