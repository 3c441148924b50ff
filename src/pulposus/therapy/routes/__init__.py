"""The five routes, one file each; none knows another."""
