"""Records come back from their columns, and `datasets` agrees with what we say of the columns."""

import io

import datasets
import orjson
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pictus.store import columns
from records import records, simple_record


@given(st.lists(records(), max_size=6), st.data())
def test_records_come_back(some, data):
    batch = columns.encode(some, {"/pictures": "pictures"})
    roots = {"pictures": "/pictures"}
    assert list(columns.decode(batch, roots)) == some
    start = data.draw(st.integers(0, len(some)))  # a slice of a batch is what a reader often has
    assert list(columns.decode(batch.slice(start), roots)) == some[start:]


@given(st.lists(records(), min_size=1, max_size=4))
def test_only_the_wanted_fields_come_back(some):
    batch = columns.encode(some, {"/pictures": "pictures"}).select(columns.columns_of({"turns"}))
    for record, whole in zip(columns.decode(batch, {}), some, strict=True):
        assert (record.id, record.turns) == (whole.id, whole.turns)
        assert (record.media, record.facts.boxes, record.origin.dataset) == ((), (), "")


def test_labels_that_repeat_are_the_same_object():
    some = [simple_record(number) for number in range(1000)]
    back = list(columns.decode(columns.encode(some, {"/pictures": "p"}), {"p": "/pictures"}))
    assert back == some
    assert back[0].facts.boxes[0].label is back[999].facts.boxes[0].label


def test_an_older_shard_without_a_column_gives_the_default():
    batch = columns.encode([simple_record()], {"/pictures": "p"})
    facts = batch["facts"]
    keep = [field for field in facts.type if field.name != "absent"]
    older = pa.StructArray.from_arrays([facts.field(field.name) for field in keep], fields=keep)
    batch = batch.set_column(batch.schema.get_field_index("facts"), "facts", older)
    (record,) = columns.decode(batch, {"p": "/pictures"})
    assert record.facts.absent == ()
    assert record.facts.captions == simple_record().facts.captions


def test_datasets_derives_the_features_that_we_state():
    stated = orjson.loads(columns.schema().metadata[b"huggingface"])["info"]["features"]
    features = datasets.Features.from_dict(stated)
    assert features.to_dict() == stated
    assert features.arrow_schema.remove_metadata() == _items_named_item(columns.schema().remove_metadata())
    assert isinstance(features["images"].feature, datasets.Image)


def _items_named_item(schema):
    """Arrow names the element of a list `item` in memory and `element` in a file."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema):
        pass
    return pa.ipc.open_stream(sink.getvalue()).schema
