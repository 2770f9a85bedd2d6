// Receivers for `tiepdan bench --peer --receivers`, on github.com/pion/webrtc: everything below the RTP packets,
// sockets, ICE, DTLS, SRTP, receiver reports and NACKs, is pion's own, with its defaults. The questions and answers
// are described in server/bench/peer/outside.py. Build it with `go build`.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"sync/atomic"

	"github.com/pion/webrtc/v4"
)

const longestLine = 1 << 20

type question struct {
	Do   string `json:"do"`
	Room int    `json:"room"`
	SDP  string `json:"sdp"`
}

// room counts the packets of its one picture. Sequence numbers are unwrapped: what was repeated is no gap.
type room struct {
	connection               *webrtc.PeerConnection
	packets, octets, spanned atomic.Int64
}

func (r *room) receive(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	packet := make([]byte, 1600)
	var first, highest int64 = -1, -1
	for {
		size, _, err := track.Read(packet)
		if err != nil {
			return
		}
		wrapped := uint16(packet[2])<<8 | uint16(packet[3])
		if first < 0 {
			first, highest = int64(wrapped), int64(wrapped)
		} else if step := int64(int16(wrapped - uint16(highest))); step > 0 {
			highest += step
		}
		r.packets.Add(1)
		r.octets.Add(int64(size))
		r.spanned.Store(highest - first + 1)
	}
}

// described waits until all candidates are known: nobody trickles here.
func (r *room) described(made webrtc.SessionDescription, err error) (string, error) {
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(r.connection)
	if err := r.connection.SetLocalDescription(made); err != nil {
		return "", err
	}
	<-gathered
	return r.connection.LocalDescription().SDP, nil
}

type program struct {
	api   *webrtc.API
	rooms []*room
}

func (p *program) enter() (*room, error) {
	connection, err := p.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	entered := &room{connection: connection}
	connection.OnTrack(entered.receive)
	p.rooms = append(p.rooms, entered)
	return entered, nil
}

func (p *program) answer(asked question) (any, error) {
	switch asked.Do {
	case "offer":
		entered, err := p.enter()
		if err != nil {
			return nil, err
		}
		only := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := entered.connection.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, only); err != nil {
			return nil, err
		}
		sdp, err := entered.described(entered.connection.CreateOffer(nil))
		return map[string]any{"sdp": sdp}, err
	case "answer":
		said := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: asked.SDP}
		return map[string]any{}, p.rooms[asked.Room].connection.SetRemoteDescription(said)
	case "remote":
		entered, err := p.enter()
		if err != nil {
			return nil, err
		}
		said := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: asked.SDP}
		if err := entered.connection.SetRemoteDescription(said); err != nil {
			return nil, err
		}
		sdp, err := entered.described(entered.connection.CreateAnswer(nil))
		return map[string]any{"sdp": sdp}, err
	}
	counts := make([][3]int64, 0, len(p.rooms))
	for _, each := range p.rooms {
		packets := each.packets.Load()
		counts = append(counts, [3]int64{packets, each.octets.Load(), max(0, each.spanned.Load()-packets)})
	}
	return map[string]any{"rooms": counts}, nil
}

func main() {
	ipv4 := webrtc.SettingEngine{}
	ipv4.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	running := program{api: webrtc.NewAPI(webrtc.WithSettingEngine(ipv4))}
	questions := bufio.NewScanner(os.Stdin)
	questions.Buffer(nil, longestLine)
	answers := json.NewEncoder(os.Stdout)
	for questions.Scan() {
		var asked question
		err := json.Unmarshal(questions.Bytes(), &asked)
		var said any
		if err == nil {
			said, err = running.answer(asked)
		}
		if err != nil {
			said = map[string]any{"failed": err.Error()}
		}
		if answers.Encode(said) != nil {
			return
		}
	}
}
