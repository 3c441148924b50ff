"""Pictures of the evidence, drawn from the document of a meta-analysis or from counts alone."""
