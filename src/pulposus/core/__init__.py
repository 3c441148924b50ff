"""The core room: errors, units, parameters, draws, references, files, language, progress, run records and results."""
