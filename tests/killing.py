"""Kill a program at random moments, and start it again, until it comes to its end."""

import os
import signal
import subprocess


def run_through(start, seconds, random, *, least=0.2, kill=os.kill):
    """Give the code that it ended with, and how often it was killed.

    Args:
        start: starts it.
        seconds: that it takes when nobody kills it.
        random: chooses the moments.
        least: share of these seconds that it always gets.
        kill: `os.kill` for the main process alone, whose workers must notice; `os.killpg` for all.
    """
    killed = 0
    while True:
        process = start()
        try:
            return process.wait(random.uniform(least, 1.1) * seconds), killed
        except subprocess.TimeoutExpired:
            kill(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
