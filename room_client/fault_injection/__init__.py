"""Rooms that misbehave as told: what fails in the field, made to fail at a moment of one's own choosing.

The line fails between the room and the server (`line`), a device between the source and its feed (`devices`);
everything else of the room is as always, and so is all that it does to come back.
"""
