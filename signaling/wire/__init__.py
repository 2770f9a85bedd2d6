"""What goes over the one link, byte for byte: the formats that both of its ends speak, each written once.

`stun` → `aiortc_seams` (DTLS, SRTP) → `rtp` and `rtcp`, with `sequence` for the numbers in them, `reporting`
for what an end says of a stream it receives, and `slots` for what the streams are. Sans-IO: bytes and time
come in, bytes come out; sockets and policies belong to the two ends. The recorder reads RTP with the same code.
"""
