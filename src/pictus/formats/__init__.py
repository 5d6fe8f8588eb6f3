"""One file per layout that trainers read or write."""
