"""Files of the Hub come by its own library, whole and gone on with; what stands in the way is explained."""

import pytest

from fakehub import fake_hub
from pictus.errors import PictusError
from pictus.store.download import Known, Ways, download
from pictus.store.hub import HubFile, HubWay, facts_of, hub_file

DATA = bytes(range(256)) * 4000
ONE = HubFile("someone/pairs", "main", "data/a.bin")


@pytest.fixture
def hub(monkeypatch, tmp_path):
    with fake_hub({"someone/pairs": {"data/a.bin": DATA, "b.json": b"[]"}}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.base)
        monkeypatch.setenv("HF_TOKEN", "hf_other")
        yield hub


def get(hub, tmp_path, one=ONE, tell=lambda done: None):
    way = HubWay(one)
    facts = way.look()
    known = Known(size_bytes=facts.size_bytes, sha256=facts.sha256)
    download(
        one.named(one.path),
        tmp_path / "to" / one.path.rpartition("/")[2],
        known,
        Ways(way=way, wait=lambda seconds: None),
        tell=tell,
    )


def test_addresses_of_the_hub_are_told_from_others():
    one = hub_file("https://huggingface.co/datasets/someone/pairs/resolve/main/data/a.bin")
    assert one == ONE and one.page == "https://huggingface.co/datasets/someone/pairs"
    assert one.named("b.json").endswith("/someone/pairs/resolve/main/b.json")
    assert hub_file("https://huggingface.co/datasets/someone/pairs") == HubFile("someone/pairs", "main", "")
    assert hub_file("https://files.example/datasets/someone/pairs") is None


def test_a_file_comes_whole_and_its_size_is_told(hub, tmp_path):
    told = []
    get(hub, tmp_path, tell=told.append)
    assert (tmp_path / "to/a.bin").read_bytes() == DATA and told[-1] == len(DATA)
    get(hub, tmp_path, HubFile("someone/pairs", "main", "b.json"))  # a small one lies on the Hub itself
    assert (tmp_path / "to/b.json").read_bytes() == b"[]"


def test_a_token_goes_to_the_hub_alone(hub, tmp_path):
    hub.gated.add("someone/pairs")
    hub.token, hub.moved = "hf_other", {"b.json"}
    get(hub, tmp_path, HubFile("someone/pairs", "main", "b.json"))  # elsewhere, a token is an error
    assert (tmp_path / "to/b.json").read_bytes() == b"[]" and hub.log[-1][1] == "cdn b.json"


def test_a_file_with_another_checksum_is_refused(hub, tmp_path):
    hub.lies["data/a.bin"] = "0" * 64
    with pytest.raises(PictusError, match="sha256"):
        get(hub, tmp_path)
    assert not list((tmp_path / "to").iterdir())


def test_sizes_and_checksums_are_asked_for_at_once(hub):
    found = facts_of(ONE, ["data/a.bin", "none", "b.json"])
    assert [(one.path, one.size_bytes) for one in found] == [("data/a.bin", len(DATA)), ("b.json", 2)]
    assert found[0].sha256 == hub.checksum("data/a.bin", DATA)
    assert {one.path for one in facts_of(HubFile("someone/pairs", "main", ""), ())} == {"data/a.bin", "b.json"}
    assert len(hub.log) == 3  # before a list, whether the Hub answers


def test_what_was_cut_short_is_gone_on_with(hub, tmp_path):
    def stop(done):
        raise KeyboardInterrupt

    hub.stop_after = [300_000]
    with pytest.raises(KeyboardInterrupt):
        get(hub, tmp_path, tell=stop)
    hub.stop_after = []
    get(hub, tmp_path)
    assert hub.log[-1] == ("GET", "cdn data/a.bin", "bytes=131072-")
    assert (tmp_path / "to/a.bin").read_bytes() == DATA


def test_a_repository_with_terms_is_explained(hub, tmp_path, monkeypatch):
    hub.gated.add("someone/pairs")
    with pytest.raises(PictusError, match="accept its terms") as told:
        get(hub, tmp_path)
    assert ONE.page in told.value.mend and "HF_TOKEN" in told.value.mend
    monkeypatch.setenv("HF_TOKEN", hub.token)
    get(hub, tmp_path)
    assert (tmp_path / "to/a.bin").read_bytes() == DATA


def test_what_is_not_there_is_said(hub, tmp_path):
    with pytest.raises(PictusError, match="has no file gone"):
        get(hub, tmp_path, HubFile("someone/pairs", "main", "gone"))
    with pytest.raises(PictusError, match="shows no repository"):
        facts_of(HubFile("someone/else", "main", ""), ["x"])


def test_a_hub_that_does_not_answer_is_said_at_once(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(PictusError, match="does not give it"):
        facts_of(ONE, ["x"])
