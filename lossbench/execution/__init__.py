"""Where seeds are trained: in processes of this machine, or on a Dask cluster."""
