"""Open Images: its files, and the join of them into one record a picture."""
