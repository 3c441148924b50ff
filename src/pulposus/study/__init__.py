"""The study room: the study file, its arms and how they are compared."""
