"""What a room and the server say to each other, and what the server's processes say among themselves.

`messages`, `refusals` and `ports` are words, `wire` the bytes of a link. Nothing here does I/O of its own except
`channel`, the Unix socket between processes. PROTOCOL.md is the same contract in prose, for someone who writes
another room; a test compares the two.
"""
