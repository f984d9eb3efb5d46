"""What the first message of a process takes: python bench/first_message.py [RUNS].

Each run is a fresh process that imports ``aura`` and codes one message with the default model. Printed are the
seconds of processor time since the process began, and the most memory that was resident at once, after the import
and after the message; of all runs the least, the median and the most. Needs Linux, which keeps the peak of each
process in ``/proc``.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

RUNS = 9

CHILD = """
import time
def report():
    status = dict(line.split(":") for line in open("/proc/self/status").read().splitlines())
    kib = [int(status[name].split()[0]) for name in ("VmHWM", "VmRSS")]
    print(time.process_time(), *(1024 * size / 1e6 for size in kib))
import aura
report()
aura.compress("Yes, I can help with that.")
report()
"""


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    command = [sys.executable, "-c", CHILD]
    runs = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603  # ours
        for _ in range(count)
    ]
    for number, step in enumerate(("import aura", "and compress")):
        rows = zip(*(map(float, run.splitlines()[number].split()) for run in runs), strict=True)
        for name, values in zip(("CPU s", "peak MB", "stay MB"), rows, strict=True):
            least, median, most = min(values), statistics.median(values), max(values)
            print(f"{step:12} {name:8} least {least:7.2f} median {median:7.2f} most {most:7.2f}")


if __name__ == "__main__":
    main()
