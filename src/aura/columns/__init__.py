"""Columns of messages, partition by partition: what stands behind :mod:`aura.dask`."""
