"""Half a year of one office, as its diary has it, played through the pages."""
