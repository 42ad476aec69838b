"""Period reports: figures in, blocks of words, tables and charts out, frozen and signed."""
