"""Feed: from the rows that a blend draws to the steps that a model learns from, pictures decoded."""
