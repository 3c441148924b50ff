"""The therapy: what is put into the disc and how it gets there, first form."""
