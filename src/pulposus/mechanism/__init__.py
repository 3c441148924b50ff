"""The cell network: nodes, edges, experiments, scores, and what it tells the tissue."""
