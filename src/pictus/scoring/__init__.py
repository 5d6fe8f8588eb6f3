"""Scoring: what the benchmarks share, from joining answers with questions to figures with their intervals."""
