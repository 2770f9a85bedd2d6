"""The isolated sources: the pictures of desk, floor and document, each for itself, beside the programme.

They have a thread, an inbox and a journal of their own: the programme never waits for them, and what breaks here
breaks here. They come first where something must be given up.
"""
