"""One file per backend: what answers prompts."""
