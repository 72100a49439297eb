package bottest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
)

// wantShown checks that a message says all of these.
func wantShown(t testing.TB, m Message, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(m.Text, p) {
			t.Errorf("the message lacks %q:\n%s", p, m.Text)
		}
	}
}

// wantFrom checks who sent an event, from where.
func (b *bench) wantFrom(t *testing.T, ev bot.Event, user string, in bot.Conversation) {
	t.Helper()
	if want := (bot.Identity{Workspace: b.world.Workspace, User: user}); ev.From != want {
		t.Errorf("%s from %+v, want %+v", ev.Type, ev.From, want)
	}
	if ev.In != in {
		t.Errorf("%s in %+v, want %+v", ev.Type, ev.In, in)
	}
	if ev.ID == "" || ev.At.IsZero() {
		t.Errorf("%s without an id or a time: %+v", ev.Type, ev)
	}
}

func cardParts(t *testing.T, b *bench) {
	m := b.show(t, b.world.Ann, "text")
	wantShown(t, m, "Every style of text", "plain, ", "bold", "slanted", "/band show", "the handbook", "Sample Person", "Figures from today")
	if !slices.Contains(m.Links, "https://example.org/handbook?a=1&b=2") {
		t.Errorf("links %q", m.Links)
	}
	if !slices.ContainsFunc(m.Instants, Moment.Equal) {
		t.Errorf("instants %v", m.Instants)
	}
	wantShown(t, b.show(t, b.world.Ann, "fields"), "Fields", "Level", "Senior", "Owner", "Sample Person", "Empty")
	wantShown(t, b.show(t, b.world.Ann, "table"), "Step", "Who", "State", "approved", "anyone of compensation", "waiting")
	wantShown(t, b.show(t, b.world.Ann, "refusal"), "I know no role “backnd”. Did you mean backend?")
	wantShown(t, b.show(t, b.world.Ann, "scripts"), "आशा राव 👩‍💻", "₹18,50,000 a year — “fine”")

	m = b.show(t, b.world.Ann, "buttons")
	wantShown(t, m, "Buttons", "What now?", "Choose.")
	want := []Button{
		{Label: "Approve", Style: bot.Primary}, {Label: "Edit"},
		{Label: "Forget", Style: bot.Danger, Confirm: &bot.Confirm{Title: "Forget it?", Text: "It cannot be brought back.", Yes: "Forget", No: "Keep"}},
		{Label: "Cloud", Style: bot.On},
	}
	if !b.has(Dialogs) {
		want[2].Confirm = nil // it is asked when it is pressed
	}
	if diff := cmp.Diff(want, m.Buttons); diff != "" {
		t.Errorf("buttons:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Hand over", "Close"}, m.Menu); diff != "" {
		t.Errorf("menu:\n%s", diff)
	}

	pictures, files := b.attached(t, b.world.Ann, b.show(t, b.world.Ann, "picture-and-file"))
	if len(pictures) != 1 || pictures[0].Alt != "Offers went from 3 to 5" || !bytes.Equal(pictures[0].Data, Pixel()) {
		t.Errorf("pictures %+v", pictures)
	}
	if len(files) != 1 || files[0].Name != "letter.txt" || string(files[0].Data) != "Dear reader" {
		t.Errorf("files %+v", files)
	}
}

// attached returns what came with a private answer: in it, or in the person's direct messages.
func (b *bench) attached(t *testing.T, user string, m Message) (pictures, files []Attachment) {
	t.Helper()
	if b.has(PrivateAttachments) {
		return m.Pictures, m.Files
	}
	if len(m.Pictures)+len(m.Files) > 0 {
		t.Errorf("an answer in a conversation of several has attachments: %+v", m)
	}
	for _, m := range b.far.Messages(t, user, b.direct(t, user)) {
		pictures, files = append(pictures, m.Pictures...), append(files, m.Files...)
	}
	return pictures, files
}

// direct returns the direct messages of somebody.
func (b *bench) direct(t *testing.T, user string) bot.Conversation {
	t.Helper()
	dm, err := b.platform.DM(t.Context(), bot.Identity{Workspace: b.world.Workspace, User: user})
	if err != nil {
		t.Fatal(err)
	}
	return dm
}

func privateAnswer(t *testing.T, b *bench) {
	m := b.show(t, b.world.Ann, "one-line")
	if !m.OnlyMine {
		t.Errorf("nothing tells that only they see %+v", m)
	}
	for _, other := range []string{b.world.Ben, b.world.Stranger} {
		for _, seen := range b.far.Messages(t, other, b.world.Channel) {
			if seen.FromBot || strings.Contains(seen.Text, "one-line") {
				t.Errorf("%s sees %+v", other, seen)
			}
		}
	}
}

func publicAnswer(t *testing.T, b *bench) {
	b.far.Type(t, b.world.Ann, b.world.Channel, "/card say one-line")
	for _, user := range []string{b.world.Ann, b.world.Ben} {
		m := b.said(t, user, b.world.Channel)
		wantShown(t, m, "Saved.")
		if m.OnlyMine {
			t.Errorf("%s sees it as private: %+v", user, m)
		}
	}
}

func replaces(t *testing.T, b *bench) {
	first := b.show(t, b.world.Ann, "buttons")
	before := len(b.far.Messages(t, b.world.Ann, b.world.Channel))
	b.far.Press(t, b.world.Ann, first, "Approve")
	m := b.said(t, b.world.Ann, b.world.Channel)
	wantShown(t, m, "Pressed 1 times")
	b.far.Press(t, b.world.Ann, m, "Again")
	wantShown(t, b.said(t, b.world.Ann, b.world.Channel), "Pressed 2 times")
	if after := len(b.far.Messages(t, b.world.Ann, b.world.Channel)); after != before {
		t.Errorf("%d messages became %d", before, after)
	}
}

func hostile(t *testing.T, b *bench) {
	b.far.Type(t, b.world.Ann, b.world.Channel, "/card say hostile")
	m := b.said(t, b.world.Ben, b.world.Channel)
	// In the title, plain, bold, slanted, fixed-width, mention, link, label, field, cell and context.
	if n := strings.Count(m.Text, "<!channel> <@U024BE7LH> @everyone @here <@&1> *b* _i_ ~s~ `c`"); n < 5 {
		t.Errorf("shown %d times:\n%s", n, m.Text)
	}
	wantShown(t, m, "<script>alert(1)</script> &amp; :smile: ||x|| <https://evil.example|ok> <t:0:R> # h", "do not follow")
	if len(m.Notifies) > 0 {
		t.Errorf("it notifies %q", m.Notifies)
	}
	for _, link := range m.Links {
		if link != "https://example.org/" {
			t.Errorf("somebody's text became the link %s", link)
		}
	}
	if b.has(PrivateAttachments) && (len(m.Pictures) != 1 || !strings.Contains(m.Pictures[0].Alt, "<!channel>")) {
		t.Errorf("pictures %+v", m.Pictures)
	}

	typed := `/card say "<!channel> @everyone <script>alert(1)</script> *b*"`
	b.far.Type(t, b.world.Ann, b.world.Channel, typed)
	m = b.said(t, b.world.Ben, b.world.Channel)
	wantShown(t, m, "You said: <!channel> @everyone <script>alert(1)</script> *b*")
	if len(m.Notifies) > 0 {
		t.Errorf("it notifies %q", m.Notifies)
	}
}

func fixtureCards(t *testing.T, b *bench) {
	for _, c := range Cards() {
		m := b.show(t, b.world.Ann, c.Name)
		if strings.Contains(m.Text, "Something went wrong") {
			t.Errorf("%s: %s", c.Name, m.Text)
		}
		if c.Name != "empty" && strings.TrimSpace(m.Text) == "" {
			t.Errorf("%s: nothing is shown", c.Name)
		}
		if len(m.Notifies) > 0 {
			t.Errorf("%s notifies %q", c.Name, m.Notifies)
		}
		if _, err := b.platform.Send(t.Context(), b.world.Channel, c.Card, "fixture-"+c.Name); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}

func anyCard(t *testing.T, b *bench) {
	cards, n := GenCard(), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		at, err := b.platform.Send(t.Context(), b.world.Channel, cards.Draw(rt, "card"), fmt.Sprintf("any-%d", n))
		if err != nil {
			rt.Fatalf("send: %v", err)
		}
		if err := b.platform.Edit(t.Context(), at, cards.Draw(rt, "edited")); err != nil {
			rt.Fatalf("edit: %v", err)
		}
		for _, m := range b.far.Messages(t, b.world.Ann, b.world.Channel) {
			if len(m.Notifies) > 0 {
				rt.Fatalf("it notifies %q", m.Notifies)
			}
		}
	})
}
