package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hirebot/hirebot/bot"
)

// reachedPlatform takes deliveries by HTTP.
type reachedPlatform struct{ recorder }

func (*reachedPlatform) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
}

// TestDeliveriesOutsideAPlatformsPaths are answered with 404, and sent on to nowhere.
func TestDeliveriesOutsideAPlatformsPaths(t *testing.T) {
	t.Parallel()
	p := &reachedPlatform{}
	w, err := listenWeb(t.Context(), "127.0.0.1:0", []bot.Platform{p}, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	for path, want := range map[string]int{"/" + p.Name(): http.StatusNotFound, "/elsewhere": http.StatusNotFound, "/" + p.Name() + "/commands": http.StatusAccepted} {
		answer := httptest.NewRecorder()
		w.server.Handler.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, path, nil))
		if answer.Code != want {
			t.Errorf("POST %s: %d, want %d", path, answer.Code, want)
		}
	}
}
