"""Side by side with Janus: the same stream, the same receivers, the same run."""
