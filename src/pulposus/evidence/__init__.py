"""The evidence: records, search, imports and meta-analysis."""
