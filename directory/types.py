"""Who is who, as values: agencies, areas, categories, contact points. Refuses nothing itself."""
