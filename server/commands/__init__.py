"""What `tiepdan` does on the command line: one module for each command; `server.cli` puts them together."""
