"""Counting on the workers of a cluster of Dask.

``tasks``   what runs on workers, and is run again where one is lost
``parts``   the tasks that count a part of a text
``text``    a text on workers
``files``   the tasks that read files, and hold messages of them out
``framed_files``  the tasks that frame them, and divide them into blocks and the rest
``preparation``   training on files, as the client decides it
"""
