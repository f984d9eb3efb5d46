"""Counting on the workers of a cluster of Dask.

``tasks``   what runs on workers, and is run again where one is lost
``parts``   the tasks that count a part of a text
``text``    a text on workers
"""
