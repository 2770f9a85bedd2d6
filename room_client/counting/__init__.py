"""A room for measuring: a real link, of which only the clear RTP headers are read. See `link`."""
