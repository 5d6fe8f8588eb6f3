"""Pictures by their addresses: rows of a list or a corpus, each with its picture or the reason why not."""
