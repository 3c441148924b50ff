"""The therapy: what is put into the disc, how it gets there and what it does."""
