"""Pages that show a corpus to people: one HTML file each, without scripts."""
