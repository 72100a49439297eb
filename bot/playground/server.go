package playground

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/hirebot/hirebot/bot"
)

//go:embed assets
var assetFiles embed.FS

// asset is one file of the page.
type asset struct {
	mediaType string
	data      []byte
}

// mediaTypes are written out, since those of the standard library depend on the machine's tables.
var mediaTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
}

func loadAssets() (map[string]asset, error) {
	out := map[string]asset{}
	err := fs.WalkDir(assetFiles, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		mediaType, ok := mediaTypes[path.Ext(name)]
		if !ok {
			return fmt.Errorf("%s: no media type for it", name)
		}
		data, err := assetFiles.ReadFile(name)
		out["/"+name] = asset{mediaType: mediaType, data: data}
		return err
	})
	return out, err
}

// policy lets the page load its own files and nothing else: no inline script or style, no other
// host, no frame around it. Pictures of cards are blobs that the page itself makes.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// The most bytes of a request's body.
const (
	maxBody   = 1 << 20
	maxUpload = bot.MaxUpload + maxBody
)

// server answers the page's requests with one serve function.
type server struct {
	*Playground
	serve bot.Serve
}

// failure is a refusal of a request, with its HTTP status.
type failure struct {
	status  int
	message string
}

func (f *failure) Error() string { return f.message }

func refuse(status int, format string, args ...any) error {
	return &failure{status: status, message: fmt.Sprintf(format, args...)}
}

// Handler returns the page and its endpoints, with events answered by serve.
func (p *Playground) Handler(serve bot.Serve) http.Handler {
	s := &server{Playground: p, serve: serve}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.asset("/assets/index.html"))
	for name := range p.assets {
		mux.HandleFunc("GET "+name, s.asset(name))
	}
	mux.HandleFunc("GET /favicon.ico", s.asset("/assets/icon.svg"))
	mux.HandleFunc("GET /api/stream", s.stream)
	mux.HandleFunc("GET /api/people", s.json(s.everyone))
	mux.HandleFunc("GET /api/state", s.json(s.state))
	mux.HandleFunc("GET /api/home", s.json(s.home))
	mux.HandleFunc("POST /api/command", s.json(s.command))
	mux.HandleFunc("POST /api/press", s.json(s.press))
	mux.HandleFunc("POST /api/submit", s.json(s.submit))
	mux.HandleFunc("POST /api/change", s.json(s.change))
	mux.HandleFunc("POST /api/suggest", s.json(s.suggest))
	mux.HandleFunc("POST /api/read", s.json(s.read))
	mux.HandleFunc("POST /api/upload", s.json(s.upload))
	if p.cfg.Forward != nil {
		mux.HandleFunc("POST /api/clock", s.json(s.jump))
	}
	return s.guard(http.NewCrossOriginProtection().Handler(mux))
}

// guard sets the headers that every answer bears, and refuses a host name that is not ours: a page
// elsewhere could otherwise point its own name at the loopback address and read what is said here.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !s.cfg.AllowRemote && !loopbackHost(r.Host) {
			s.fail(w, r, refuse(http.StatusForbidden, "Open the playground by its loopback address, such as 127.0.0.1."))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
		next.ServeHTTP(w, r)
	})
}

// loopbackHost tells whether a Host header names the loopback interface.
func loopbackHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if ip := net.ParseIP(name); ip != nil {
		return ip.IsLoopback()
	}
	return strings.EqualFold(name, "localhost")
}

func (s *server) asset(name string) http.HandlerFunc {
	a := s.assets[name]
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", a.mediaType)
		if _, err := w.Write(a.data); err != nil {
			s.cfg.Log.DebugContext(r.Context(), "page not sent", "err", err)
		}
	}
}

// json answers with what fn returns, or with its failure.
func (s *server) json(fn func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out, err := fn(r)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		s.write(w, r, http.StatusOK, out)
	}
}

func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if f, ok := errors.AsType[*failure](err); ok {
		s.write(w, r, f.status, map[string]string{"error": f.message})
		return
	}
	s.cfg.Log.ErrorContext(r.Context(), "playground request failed", "path", r.URL.Path, "err", err)
	s.write(w, r, http.StatusInternalServerError, map[string]string{"error": "Something went wrong here. Try again."})
}

func (s *server) write(w http.ResponseWriter, r *http.Request, status int, out any) {
	data, err := json.Marshal(out)
	if err != nil {
		s.cfg.Log.ErrorContext(r.Context(), "answer not coded", "path", r.URL.Path, "err", err)
		status, data = http.StatusInternalServerError, []byte(`{"error":"Something went wrong here. Try again."}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(data); err != nil {
		s.cfg.Log.DebugContext(r.Context(), "answer not sent", "path", r.URL.Path, "err", err)
	}
}

// decode reads a request's JSON body, all of it, into out.
func decode(r *http.Request, out any) error {
	if mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || mediaType != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "Send application/json.")
	}
	return decodeJSON(r.Body, out)
}

func decodeJSON(from io.Reader, out any) error {
	data, err := readAll(from, maxBody)
	if err != nil {
		return err
	}
	if !utf8.Valid(data) {
		return refuse(http.StatusBadRequest, "Send UTF-8.")
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		return refuse(http.StatusBadRequest, "This is not the JSON expected here: %v.", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return refuse(http.StatusBadRequest, "Send one JSON value.")
	}
	return nil
}

// readAll reads at most so many bytes; more are refused, and so is a body that breaks off.
func readAll(from io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, most+1))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge || int64(len(data)) > most {
		return nil, refuse(http.StatusRequestEntityTooLarge, "This is too large: at most %d KiB fit.", most>>10)
	}
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "The request broke off.")
	}
	return data, nil
}
