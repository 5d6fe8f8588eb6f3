"""Whether a benchmark's pictures and questions stand in a corpus: names, hashes and words of both, compared."""
