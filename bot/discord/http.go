package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	// maxBody is the most bytes of a delivery. A form with all that somebody typed is far below.
	maxBody = 1 << 20
	// window is how far the time of a request may be from ours, so that nobody can repeat it later.
	window = 5 * time.Minute
)

// errSignature says no more than that: whoever forges requests learns nothing from us.
var errSignature = errors.New("the signature is not right")

// verify checks that a body comes from Discord.
// https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint-validating-security-request-headers
func verify(header http.Header, body []byte, key ed25519.PublicKey, now time.Time) error {
	stamp := header.Get("X-Signature-Timestamp")
	signature, err := hex.DecodeString(header.Get("X-Signature-Ed25519"))
	// The lengths are checked here, since a key of another length is a panic there.
	if err != nil || len(signature) != ed25519.SignatureSize || len(key) != ed25519.PublicKeySize {
		return errSignature
	}
	if !ed25519.Verify(key, append([]byte(stamp), body...), signature) {
		return errSignature
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > window {
		return errSignature
	}
	return nil
}

// Handler serves Discord's HTTP interactions; nil where no public key is set.
func (d *Discord) Handler() http.Handler {
	if d.key == nil {
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /discord/interactions", d.interactions)
	return mux
}

// interactions serves a delivery whose signature is right. Not a byte is parsed before.
func (d *Discord) interactions(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		status := http.StatusBadRequest
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, http.StatusText(status), status)
		return
	}
	if err := verify(r.Header, body, d.key, d.cfg.Clock()); err != nil {
		d.cfg.Log.WarnContext(r.Context(), "a request was refused", "path", r.URL.Path, "err", err)
		http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
		return
	}
	in, err := decodeInteraction(body)
	if err != nil {
		d.cfg.Log.WarnContext(r.Context(), "a delivery cannot be read", "path", r.URL.Path, "err", err)
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	if in.Type == interactionPing {
		writeAck(w, response{Type: responsePong})
		return
	}
	if d.serve.Load() == nil {
		http.Error(w, "I am just starting. Try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	acked := make(chan *response, 1)
	d.work.Begin()
	go func(ctx context.Context) {
		defer d.work.End()
		d.receive(ctx, in, func(_ context.Context, resp *response) error { acked <- resp; return nil })
	}(context.WithoutCancel(r.Context()))
	select {
	case resp := <-acked:
		if resp == nil {
			// Nothing is to answer this: Discord tells the person that the app did not.
			http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
			return
		}
		writeAck(w, *resp)
	case <-r.Context().Done():
	}
}

// writeAck answers a delivery.
func writeAck(w http.ResponseWriter, resp response) {
	body, err := json.Marshal(resp)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // whoever asked is gone where this fails
}
