"""The report room: what a finished comparison tells, on a screen, in tables and as one page that stands alone."""
