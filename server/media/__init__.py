"""The media plane: one UDP port, RTP in, RTP out, never decoded.

port → link → stage → fanout. Datagrams come in bursts through `port`; `plane` finds their `link`; a link's
`source` follows one upstream track; the `stage` decides which source each `slot` shows and who may receive
it; `fanout` encrypts and sends what the slots gathered in one burst. What is read and written on the
way (STUN, RTP, RTCP, SRTP) has its formats in `signaling.wire`, for the room and the recorder as well. This
package knows no petition, no database and no web: it is told by `signaling.ports.SetStage`.
"""
