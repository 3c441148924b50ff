"""Meta-analysis: effects, pooling, dependence, small-study effects, audits."""
