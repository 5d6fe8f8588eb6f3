"""Arithmetic gets the cores that are there and free, and always one."""

from pictus.engine import processors


def machine(folder, siblings):
    for processor, text in enumerate(siblings):
        (folder / f"cpu{processor}/topology").mkdir(parents=True)
        (folder / f"cpu{processor}/topology/thread_siblings_list").write_text(f"{text}\n")
    return folder


def test_two_threads_of_a_core_are_one(tmp_path):
    topology = machine(tmp_path, ["0,2", "1,3", "0,2", "1,3"])
    assert processors.physical_cores([0, 1, 2, 3], topology) == 2
    assert processors.physical_cores([0, 2], topology) == 1
    assert processors.physical_cores([0, 2], tmp_path / "none") == 2


def test_busy_cores_and_a_quota_are_taken_off(tmp_path, monkeypatch):
    monkeypatch.setattr(processors, "physical_cores", lambda allowed: 8)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(16)))
    for quota, load, free in (("max 100000", 0.0, 8), ("max 100000", 2.6, 5), ("400000 100000", 0.2, 4), ("", 99.0, 1)):
        (tmp_path / "cpu.max").write_text(quota)
        monkeypatch.setattr(processors, "_QUOTA", tmp_path / "cpu.max")
        monkeypatch.setattr("os.getloadavg", lambda load=load: (load, 0.0, 0.0))
        assert processors.free_cores() == free
