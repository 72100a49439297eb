package playground

import (
	"slices"
	"sync"
	"time"
)

// What the chat server keeps at most. It forgets the oldest first.
const (
	maxMessages = 500      // messages in a conversation
	maxBytes    = 32 << 20 // bytes of pictures and files in a conversation
	maxChanges  = 2000     // changes that a stream can catch up on
	maxStreams  = 64       // pages that listen at once
)

// message is one message of a conversation. It is never changed in place: an edit puts a new one
// with the same ID where the old one stood, so that it can be handed out without a lock.
type message struct {
	ID           string `json:"id"`
	Conversation string `json:"conversation"`
	// Rev grows with every edit, so that a page never puts an old version over a new one.
	Rev uint64    `json:"rev"`
	At  time.Time `json:"at"`
	// Author is the user who wrote it; "" is the bot.
	Author string `json:"author,omitempty"`
	// By is the user whose command or press the bot answers.
	By string `json:"by,omitempty"`
	// Private is true where one person alone sees it in a conversation of many.
	Private bool `json:"private,omitempty"`
	// Command is true for a command as it was typed.
	Command bool      `json:"command,omitempty"`
	Edited  bool      `json:"edited,omitempty"`
	Text    string    `json:"text,omitempty"`
	Card    *wireCard `json:"card,omitempty"`

	// Seq is where it stands in the order of everything that was ever said.
	Seq uint64 `json:"seq"`
	// viewer is the one user who sees it; "" is everyone in the conversation.
	viewer   string
	delivery string
}

func (m *message) bytes() int {
	n := len(m.Text)
	if m.Card != nil {
		for _, b := range m.Card.Body {
			n += len(b.Data)
		}
	}
	return n
}

func (m *message) visible(user string) bool { return m.viewer == "" || m.viewer == user }

// conversation is a channel or somebody's direct messages.
type conversation struct {
	id string
	// owner is the person whose direct messages these are; "" for a channel.
	owner    string
	messages []*message
	bytes    int
}

func (c *conversation) visible(user string) bool { return c.owner == "" || c.owner == user }

func (c *conversation) index(id string) int {
	return slices.IndexFunc(c.messages, func(m *message) bool { return m.ID == id })
}

// change is one entry of the log that streams read. A message that is gone was removed.
type change struct {
	seq          uint64
	conversation string
	message      string
	viewer       string
}

// update is what a stream sends of a change.
type update struct {
	seq     uint64
	message *message
	// removed is the ID of a message that is gone.
	conversation, removed string
}

// hub is the chat server's memory. All of it is guarded by one lock, held for moments only.
type hub struct {
	mu            sync.Mutex
	seq           uint64
	conversations map[string]*conversation
	order         []string
	changes       []change
	// read is the seq up to which a user has read a conversation.
	read   map[string]map[string]uint64
	wakers map[chan struct{}]struct{}
}

func newHub() *hub {
	return &hub{
		conversations: map[string]*conversation{},
		read:          map[string]map[string]uint64{},
		wakers:        map[chan struct{}]struct{}{},
	}
}

// add makes a conversation unless it exists.
func (h *hub) add(id, owner string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.conversations[id]; ok {
		return
	}
	h.conversations[id] = &conversation{id: id, owner: owner}
	h.order = append(h.order, id)
}

// exists tells whether there is such a conversation that the user is in; any user with "".
func (h *hub) exists(id, user string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.conversations[id]
	return ok && (user == "" || c.visible(user))
}

// put adds a message, or puts it in the place of the one with the same ID. It returns what stands
// there now, and false where there is no such conversation.
func (h *hub) put(m message) (*message, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.conversations[m.Conversation]
	if !ok {
		return nil, false
	}
	return h.store(c, m), true
}

// post is put for a message with a delivery id: one that was posted before is returned as it is.
func (h *hub) post(m message) (*message, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.conversations[m.Conversation]
	if !ok {
		return nil, false
	}
	if old, ok := c.delivered(m.delivery, time.Time{}); ok {
		return old, true
	}
	return h.store(c, m), true
}

// edit changes a message that is there; it returns false where it is not.
func (h *hub) edit(conversation, id string, fn func(*message)) (*message, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.conversations[conversation]
	if !ok {
		return nil, false
	}
	i := c.index(id)
	if i < 0 {
		return nil, false
	}
	m := *c.messages[i]
	fn(&m)
	return h.store(c, m), true
}

// store puts a message, drops what has become too much, and tells the streams. It needs the lock.
func (h *hub) store(c *conversation, m message) *message {
	h.seq++
	m.Rev, m.Seq = h.seq, h.seq
	if i := c.index(m.ID); i >= 0 {
		old := c.messages[i]
		m.Seq, m.At = old.Seq, old.At
		c.bytes += m.bytes() - old.bytes()
		c.messages[i] = &m
	} else {
		c.messages = append(c.messages, &m)
		c.bytes += m.bytes()
	}
	h.log(change{conversation: c.id, message: m.ID, viewer: m.viewer})
	for len(c.messages) > 1 && (len(c.messages) > maxMessages || c.bytes > maxBytes) {
		old := c.messages[0]
		c.messages = slices.Delete(c.messages, 0, 1)
		c.bytes -= old.bytes()
		h.seq++
		h.log(change{conversation: c.id, message: old.ID, viewer: old.viewer})
	}
	h.wake()
	return &m
}

// get returns a message that the user may see; any user's with "".
func (h *hub) get(conversation, id, user string) (*message, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.conversations[conversation]
	if !ok || user != "" && !c.visible(user) {
		return nil, false
	}
	i := c.index(id)
	if i < 0 || user != "" && !c.messages[i].visible(user) {
		return nil, false
	}
	return c.messages[i], true
}

// find returns the message that was sent with a delivery id no earlier than since.
func (h *hub) find(conversation, delivery string, since time.Time) (*message, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.conversations[conversation]
	if !ok {
		return nil, false
	}
	return c.delivered(delivery, since)
}

func (c *conversation) delivered(delivery string, since time.Time) (*message, bool) {
	for _, m := range c.messages {
		if delivery != "" && m.delivery == delivery && !m.At.Before(since) {
			return m, true
		}
	}
	return nil, false
}

// log and wake need the lock.
func (h *hub) log(c change) {
	c.seq = h.seq
	h.changes = append(h.changes, c)
	if over := len(h.changes) - maxChanges; over > 0 {
		h.changes = slices.Delete(h.changes, 0, over)
	}
}

func (h *hub) wake() {
	for w := range h.wakers {
		select {
		case w <- struct{}{}:
		default: // It is awake already and will read this change too.
		}
	}
}

// listen registers a stream; false where there are too many. The channel gets a value whenever
// there may be something new.
func (h *hub) listen() (wake chan struct{}, stop func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.wakers) >= maxStreams {
		return nil, nil, false
	}
	wake = make(chan struct{}, 1)
	h.wakers[wake] = struct{}{}
	return wake, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.wakers, wake)
	}, true
}

// since returns what a user has missed after a seq, and the seq to go on from. It returns false
// where that is too long ago, and the page must load everything again.
func (h *hub) since(user string, after uint64) (updates []update, upTo uint64, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if after > h.seq || len(h.changes) > 0 && after+1 < h.changes[0].seq {
		return nil, h.seq, false
	}
	from, _ := slices.BinarySearchFunc(h.changes, after+1, func(c change, seq uint64) int {
		switch {
		case c.seq < seq:
			return -1
		case c.seq > seq:
			return 1
		}
		return 0
	})
	type key struct{ conversation, message string }
	latest := map[key]int{}
	for _, ch := range h.changes[from:] {
		c := h.conversations[ch.conversation]
		if c == nil || !c.visible(user) || ch.viewer != "" && ch.viewer != user {
			continue
		}
		u := update{seq: ch.seq, conversation: ch.conversation, removed: ch.message}
		if i := c.index(ch.message); i >= 0 {
			u.message, u.removed = c.messages[i], ""
		}
		// A message that changed several times is sent once, as it is now.
		k := key{ch.conversation, ch.message}
		if at, seen := latest[k]; seen {
			updates[at].message, updates[at].removed = u.message, u.removed
			continue
		}
		latest[k] = len(updates)
		updates = append(updates, u)
	}
	return updates, h.seq, true
}

// view returns everything that a user sees, and the seq that it is from.
func (h *hub) view(user string) (messages []*message, seq uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	messages = []*message{}
	for _, id := range h.order {
		c := h.conversations[id]
		if !c.visible(user) {
			continue
		}
		for _, m := range c.messages {
			if m.visible(user) {
				messages = append(messages, m)
			}
		}
	}
	return messages, h.seq
}

// last returns the seq of the latest change.
func (h *hub) last() uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seq
}

// arrival says how many messages came into a conversation that nobody had asked for at that moment.
type arrival struct {
	// User is whose direct messages these are; "" for a channel.
	User         string `json:"user,omitempty"`
	Conversation string `json:"conversation"`
	Count        int    `json:"count"`
}

// arrived returns what was delivered after a seq, by conversation, in the order of these.
func (h *hub) arrived(after uint64) []arrival {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := []arrival{}
	for _, id := range h.order {
		c := h.conversations[id]
		n := 0
		for _, m := range c.messages {
			if m.Seq > after && m.delivery != "" {
				n++
			}
		}
		if n > 0 {
			out = append(out, arrival{User: c.owner, Conversation: id, Count: n})
		}
	}
	return out
}

// tell has all streams look for news.
func (h *hub) tell() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wake()
}

// markRead notes that a user has read a conversation up to now.
func (h *hub) markRead(user, conversation string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.read[user] == nil {
		h.read[user] = map[string]uint64{}
	}
	h.read[user][conversation] = h.seq
	h.wake()
}

// unread is how many messages wait to be read.
type unread struct {
	// Conversations counts a user's own, by conversation.
	Conversations map[string]int `json:"conversations"`
	// People counts everyone's direct messages, by user: in a playground one person plays them all.
	People map[string]int `json:"people"`
}

func (h *hub) unread(user string) unread {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := unread{Conversations: map[string]int{}, People: map[string]int{}}
	for _, id := range h.order {
		c := h.conversations[id]
		if c.visible(user) {
			if n := c.unread(user, h.read[user][id]); n > 0 {
				out.Conversations[id] = n
			}
		}
		if c.owner != "" {
			if n := c.unread(c.owner, h.read[c.owner][id]); n > 0 {
				out.People[c.owner] = n
			}
		}
	}
	return out
}

// unread counts what a user has not read. What they said or asked for themselves is no news.
func (c *conversation) unread(user string, read uint64) int {
	n := 0
	for _, m := range c.messages {
		if m.Seq > read && m.visible(user) && m.Author != user && m.By != user {
			n++
		}
	}
	return n
}
