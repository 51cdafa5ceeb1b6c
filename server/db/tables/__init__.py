"""One file per noun: the typed description of each table. The migrations say what is exactly so."""
