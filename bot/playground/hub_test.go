package playground

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func filledHub(t *testing.T, n int) *hub {
	t.Helper()
	h := newHub()
	h.add("general", "")
	h.add("@one", "one")
	for i := range n {
		if _, ok := h.put(message{ID: fmt.Sprint(i), Conversation: "general", Text: "x"}); !ok {
			t.Fatal("no conversation")
		}
	}
	return h
}

func TestTheOldestMessagesAreForgotten(t *testing.T) {
	t.Parallel()
	h := filledHub(t, maxMessages+10)
	got, _ := h.view("one")
	if len(got) != maxMessages || got[0].ID != "10" {
		t.Errorf("%d messages from %s on", len(got), got[0].ID)
	}
	// A page that saw the first message is told that it is gone.
	updates, _, ok := h.since("one", 5)
	if !ok || updates[0].removed == "" && updates[0].message == nil {
		t.Errorf("updates %v, ok %v", updates, ok)
	}
}

func TestBytesAreBoundedToo(t *testing.T) {
	t.Parallel()
	h := filledHub(t, 0)
	big := wireCard{Body: []wireNode{{Type: "file", Data: make([]byte, maxBytes/3)}}}
	for i := range 6 {
		h.put(message{ID: fmt.Sprint(i), Conversation: "general", Card: &big})
	}
	if got, _ := h.view("one"); len(got) != 3 || got[2].ID != "5" {
		t.Errorf("%d messages are kept, want the last three", len(got))
	}
}

func TestSinceLeavesOutWhatOthersSay(t *testing.T) {
	t.Parallel()
	h := filledHub(t, 1)
	_, at := h.view("one")
	h.put(message{ID: "secret", Conversation: "general", viewer: "two"})
	h.put(message{ID: "mine", Conversation: "@one"})
	h.edit("@one", "mine", func(m *message) { m.Text = "changed" })
	updates, upTo, ok := h.since("one", at)
	if !ok || len(updates) != 1 || updates[0].message.Text != "changed" || upTo != h.seq {
		t.Errorf("updates %+v to %d, ok %v", updates, upTo, ok)
	}
	if updates, _, _ := h.since("three", at); len(updates) != 0 {
		t.Errorf("somebody else is told of %+v", updates)
	}
	if _, ok := h.get("@one", "mine", "three"); ok {
		t.Error("somebody else reads direct messages")
	}
	if _, ok := h.get("general", "secret", "one"); ok {
		t.Error("somebody else reads a private answer")
	}
}

func TestWhatIsTooLongAgoIsLoadedAgain(t *testing.T) {
	t.Parallel()
	h := filledHub(t, maxChanges+10)
	if _, _, ok := h.since("one", 1); ok {
		t.Error("changes that were dropped are said to be all there")
	}
	if _, _, ok := h.since("one", h.seq+1); ok {
		t.Error("a page from the future was not told to load again")
	}
	if _, _, ok := h.since("one", h.changes[0].seq-1); !ok {
		t.Error("a page that missed nothing must load again")
	}
}

func TestUnreadCountsWhatOthersSaid(t *testing.T) {
	t.Parallel()
	h := filledHub(t, 0)
	h.put(message{ID: "a", Conversation: "@one"})
	h.put(message{ID: "b", Conversation: "@one", By: "one"})
	h.put(message{ID: "c", Conversation: "general", Author: "two"})
	h.put(message{ID: "d", Conversation: "general", viewer: "two"})
	got := h.unread("one")
	if got.Conversations["@one"] != 1 || got.Conversations["general"] != 1 || got.People["one"] != 1 {
		t.Errorf("unread %+v", got)
	}
	h.markRead("one", "@one")
	h.edit("@one", "a", func(m *message) { m.Edited = true })
	if got := h.unread("one"); got.Conversations["@one"] != 0 || got.People["one"] != 0 {
		t.Errorf("after reading: %+v", got)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHub()
	var stops []func()
	for range maxStreams {
		_, stop, ok := h.listen()
		if !ok {
			t.Fatal("too few streams")
		}
		stops = append(stops, stop)
	}
	if _, _, ok := h.listen(); ok {
		t.Error("one stream too many")
	}
	stops[0]()
	if _, _, ok := h.listen(); !ok {
		t.Error("a stream that ended makes no room")
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	h := filledHub(t, 0)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				id := fmt.Sprintf("%d-%d", i, j)
				h.post(message{ID: id, Conversation: "general", delivery: id})
				h.edit("general", id, func(m *message) { m.Text = strings.Repeat("x", j) })
				h.since("one", 0)
				h.unread("one")
				h.markRead("one", "general")
			}
		})
	}
	wg.Wait()
	if got, _ := h.view("one"); len(got) != 400 {
		t.Errorf("%d messages, want 400", len(got))
	}
}
