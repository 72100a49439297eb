package bottest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
)

// filled are values for every field of the suite's form but the file.
func (b *bench) filled() bot.Values {
	return bot.Values{
		"title": {"A “quoted” <title>"}, "story": {"two\nlines & more"}, "copies": {"3"}, "price": {"18,50,000"},
		"color": {"deep blue"}, "tags": {"wet", "icy"}, "stars": {"4"}, "owner": {b.world.Ben}, "readers": {b.world.Ann, b.world.Ben},
		"day": {"2027-01-04"}, "hour": {"15:30"}, "due": {"2027-01-04T15:30:00Z"},
	}
}

// open has somebody open the suite's form.
func (b *bench) open(t *testing.T, user string) Form {
	t.Helper()
	act := b.far.Type(t, user, b.world.Channel, "/form")
	if act.Form == nil {
		t.Fatalf("no form opened: %+v", act)
	}
	return *act.Form
}

func fillForm(t *testing.T, b *bench) {
	form := b.open(t, b.world.Ann)
	whole := form.Title == "Fill me in" && form.Submit == "Send"
	if !b.has(WholeForms) {
		whole = strings.HasPrefix(form.Title, "Fill me in")
	}
	if !whole || !strings.Contains(form.Note, "It takes a minute.") {
		t.Errorf("the form is %+v", form)
	}
	var names []string
	for _, f := range form.Fields {
		names = append(names, f.Name)
		if f.Required != (f.Name == "title" || f.Name == "copies") || f.Label == "" || len(f.Value) > 0 {
			t.Errorf("field %+v", f)
		}
		if f.Name == "tags" && !slices.Equal(f.Choices, []string{"wet", "dry", "icy"}) {
			t.Errorf("choices of %s: %q", f.Name, f.Choices)
		}
	}
	all := []string{"title", "story", "copies", "price", "color", "tags", "stars", "owner", "readers", "day", "hour", "due", "paper"}
	if !b.has(WholeForms) && len(names) > 0 {
		all = all[:min(len(names), len(all))] // the others are in later steps, which are filled in below
	}
	if !slices.Equal(names, all) {
		t.Errorf("fields %q", names)
	}

	values := b.filled()
	up := bot.Upload{Name: "order.txt", MediaType: "text/plain", Data: []byte("two of each")}
	values["paper"] = b.far.Upload(t, b.world.Ann, form, "paper", up).Values["paper"]
	b.far.Submit(t, b.world.Ann, form, values)

	ev := b.app.last(t, bot.Submit)
	b.wantFrom(t, ev, b.world.Ann, b.world.Channel)
	// A form is known by its draft, with its command or without.
	if ev.Command != "form.fill" && ev.Command != "" || ev.Draft == "" {
		t.Errorf("the form arrives as %+v", ev)
	}
	got := b.app.lastArgs()
	files := got["paper"]
	delete(got, "paper")
	delete(values, "paper")
	if diff := cmp.Diff(sorted(values), sorted(got)); diff != "" {
		t.Errorf("values:\n%s", diff)
	}
	if len(files) != 1 {
		t.Fatalf("the upload arrives as %q", files)
	}
	if kept, _ := b.app.File(files[0]); !cmp.Equal(up, kept) {
		t.Errorf("the upload arrives as %+v", kept)
	}
	wantShown(t, b.said(t, b.world.Ann, b.world.Channel), "Filled in: A “quoted” <title>")
	if d := b.app.Drafts(); len(d) != 0 {
		t.Errorf("drafts remain: %+v", d)
	}
}

func formErrors(t *testing.T, b *bench) {
	form := b.open(t, b.world.Ann)
	values := b.filled()
	values["title"], values["copies"] = []string{"taken"}, []string{"9"}
	act := b.far.Submit(t, b.world.Ann, form, values)
	wrong := map[string]string{}
	for _, e := range act.Errors {
		wrong[e.Field] = e.Message
	}
	if diff := cmp.Diff(map[string]string{"title": "That title is taken.", "copies": "At most 5 copies."}, wrong); diff != "" {
		t.Errorf("errors:\n%s", diff)
	}
	if got := b.app.Effects(); len(got) > 0 {
		t.Errorf("a refused form had effects %q", got)
	}

	again := b.open(t, b.world.Ann)
	if !again.Continued {
		t.Error("nothing says that the form continues")
	}
	shown, kept := bot.Values{}, bot.Values{}
	for _, f := range again.Fields {
		if f.Name != "paper" {
			shown[f.Name], kept[f.Name] = f.Value, values[f.Name]
		}
	}
	if b.has(WholeForms) {
		kept = values
	}
	if diff := cmp.Diff(sorted(kept), sorted(shown)); diff != "" {
		t.Errorf("kept:\n%s", diff)
	}

	values["title"], values["copies"] = []string{"free"}, []string{"2"}
	b.far.Submit(t, b.world.Ann, again, values)
	if diff := cmp.Diff([]string{"fill free"}, b.app.Effects()); diff != "" {
		t.Error(diff)
	}
}

func formChanges(t *testing.T, b *bench) {
	form := b.open(t, b.world.Ann)
	act := b.far.Change(t, b.world.Ann, form, "price", bot.Values{"title": {"half a ti"}, "price": {"a lot"}})
	ev := b.app.last(t, bot.Change)
	b.wantFrom(t, ev, b.world.Ann, b.world.Channel)
	if ev.Command != "form.fill" || ev.Draft == "" || ev.Focus != "price" {
		t.Errorf("the change arrives as %+v", ev)
	}
	if len(act.Errors) != 1 || act.Errors[0].Field != "price" {
		t.Errorf("errors %+v", act.Errors)
	}
	again := b.open(t, b.world.Ann)
	if got := again.Value("title"); !again.Continued || !slices.Equal(got, []string{"half a ti"}) {
		t.Errorf("continued %v with %q", again.Continued, got)
	}
	if other := b.open(t, b.world.Ben); other.Continued || len(other.Value("title")) > 0 {
		t.Errorf("somebody else is shown %+v", other)
	}
}
