"""What a room can send: test cards and tones, files, network cameras and devices.

`choosing` makes a source from an option of the command line; `feed` runs it in a thread of its own.
"""
