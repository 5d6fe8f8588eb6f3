"""A corpus on disk: columns, shards with receipts, side tables and rows set aside."""
