"""One file per check: it keeps a record, or sets it aside with a reason."""
