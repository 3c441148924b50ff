"""The tissue: a disc that lives - geometry, transport, metabolism, cells, matrix, water, height and what MRI shows of it."""
