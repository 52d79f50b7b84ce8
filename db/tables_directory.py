"""The tables of directory/: agencies, areas, categories, contact points. A change here needs a migration; a test compares the two."""
