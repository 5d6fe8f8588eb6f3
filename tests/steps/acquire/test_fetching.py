"""Visits in the background end with whoever waits for them, and never in silence."""

import errno
import os
import threading

import pytest

from faults import faulty
from getting import manners
from pictus.errors import PictusError
from pictus.pixels.wanted import Wanted
from pictus.steps.acquire.pictures.fetching import Fetching, Job
from pictus.web.visitor import Visitor
from web_pictures import jpeg


def test_who_stops_does_not_wait_for_slow_servers(web):
    web.files["/1.jpg"] = jpeg(1)
    jobs = [Job(f"{web.base}/1.jpg"), Job(f"{web.base}/hang")]
    threads, patient = threading.active_count(), manners(idle_seconds=600, total_seconds=600)
    with pytest.raises(KeyboardInterrupt), Fetching(jobs, patient, Wanted()) as some:
        some.result(jobs[0])
        raise KeyboardInterrupt
    assert threading.active_count() == threads


def test_a_disk_that_takes_a_part_is_given_the_rest(web, monkeypatch):
    web.files["/1.jpg"] = jpeg(1)
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, place: pwrite(file, data[:100], place))
    job = Job(f"{web.base}/1.jpg")
    with Fetching([job], manners(), Wanted()) as some:
        assert some.result(job).medium.data == jpeg(1)


def test_a_full_disk_is_told_and_ends_the_shard(web, monkeypatch):
    web.files["/1.jpg"] = jpeg(1)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    jobs = [Job(f"{web.base}/hang"), Job(f"{web.base}/1.jpg")]
    patient = manners(idle_seconds=600, total_seconds=600)
    with pytest.raises(PictusError, match="No space left"), Fetching(jobs, patient, Wanted()) as some:
        some.result(jobs[0])


def test_what_ends_all_visits_is_told_as_it_is(web, monkeypatch):
    async def too_many(*_):
        raise PictusError("too many open files", where="this process", mend="allow more")

    monkeypatch.setattr(Visitor, "get", too_many)
    job = Job(f"{web.base}/1.jpg")
    with pytest.raises(PictusError, match="too many open files"), Fetching([job], manners(), Wanted()) as some:
        some.result(job)


@pytest.mark.allow_hosts([f"127.0.0.{number}" for number in range(1, 12)])
def test_hosts_of_few_rows_are_asked_early_and_leave_connections_to_the_others(monkeypatch):
    """Silent ones among them are never given up: asked at the end, all would wait for them."""
    monkeypatch.setattr("pictus.web.visitor._SLOW_SECONDS", 600.0)
    with faulty(host="0.0.0.0") as web:
        port = web.base.rpartition(":")[2]
        web.files |= {f"/{number}.jpg": jpeg(number) for number in range(60)}
        many = [Job(f"http://127.0.0.1:{port}/{number}.jpg") for number in range(60)]
        silent = [Job(f"http://127.0.0.{number}:{port}/hang") for number in range(2, 12)]
        limited = manners(connections=8, idle_seconds=600, total_seconds=600)
        with Fetching([*many, *silent], limited, Wanted()) as some:
            assert not any(isinstance(some.result(job), str) for job in many)
    assert web.asked[:10].count("/hang") >= 5 and web.asked.count("/hang") == 8
