package playground_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/bottest"
	"github.com/hirebot/hirebot/bot/playground"
)

func TestEveryPartIsAccessibleInBothThemes(t *testing.T) {
	t.Parallel()
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			p := open(t, w.url+"/?as=asker")
			p.dark(theme == "dark")
			p.says("This is #general")
			p.look("empty")
			p.key("/sh")
			p.says("A form with every kind of field")
			p.look("commands")
			p.key("elf upper\r")
			p.says("Source: the store room")
			p.look("card")
			p.press("+ Lamp")
			p.until("the toggle is on", `document.querySelector('[aria-pressed=true]')`)
			p.press("More")
			p.says("Once a day is enough")
			p.look("menu")
			p.key(kb.Escape)
			p.press("Throw away")
			p.says("They cannot be brought back.")
			p.look("confirm")
			p.press("Keep them")
			p.press("Build one")
			p.says("It stands by tomorrow.")
			p.press("Build")
			p.says("2 fields need another look")
			p.look("form")
			p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.dialog-body').scrollTop = 800`))
			p.look("form-middle")
			p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.dialog-body').scrollTop = 9000`))
			p.look("form-end")
			p.press("Cancel")
			p.says("What you typed is kept as a draft.")
			p.press("Commands")
			p.look("reference")
			p.key(kb.Escape)
			p.press("Home")
			p.says("Shelves to check would be listed here.")
			p.look("home")
			p.key("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
			p.look("jump")
		})
	}
}

// look takes a picture and asks axe.
func (p page) look(name string) {
	p.t.Helper()
	p.shot(name)
	p.axe(name)
}

func TestAPhoneHasRoomForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := open(t, w.url+"/?as=asker")
	fits := func(name string) {
		t.Helper()
		p.shot(name)
		if over := eval[int](p, `Math.max(0, ...[...document.querySelectorAll('body *')].filter((x) => x.checkVisibility({visibilityProperty: true}) && !x.closest('.hidden, .skip, [inert]')).map((x) => Math.ceil(x.getBoundingClientRect().right))) - innerWidth`); over > 0 {
			t.Errorf("%s: something reaches %d pixels beyond the edge", name, over)
		}
		if over := eval[int](p, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%s: the page is %d pixels too wide", name, over)
		}
	}
	p.size(360, 740)
	p.says("This is #general")
	fits("empty")
	p.do(chromedp.Click(chromedp.CSS("#input")))
	p.key("/shelf upper\r")
	p.says("Source: the store room")
	fits("card")
	p.axe("phone")
	p.do(chromedp.Evaluate[chromedp.Void](`document.getElementById('scroll').scrollTop = 99999`))
	fits("card-end")
	p.press("Build one")
	p.says("It stands by tomorrow.")
	fits("form")
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.dialog-body').scrollTop = 900`))
	fits("form-middle")
	p.press("Close this form")
	p.press("Open the sidebar")
	p.until("the drawer is open", `document.activeElement.id === 'me'`)
	fits("drawer")
	p.axe("drawer")
	p.press("store-room")
	p.says("This is #store-room")
	fits("other")
	p.press("Commands")
	fits("reference")
}

func TestAStoryByKeyboardAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := open(t, w.url+"/?as=keeper&in=store-room")
	p.until("the message box has the focus", `document.activeElement.id === 'input'`)
	p.key("/she")
	p.until("commands are offered", `document.querySelectorAll('#suggestions li').length === 3`)
	p.key("\r")
	if got := eval[string](p, `document.getElementById('input').value`); got != "/shelf " {
		t.Fatalf("Enter left %q, want the first command accepted", got)
	}
	p.until("arguments are offered", `document.querySelector('#suggestions').innerText.includes('The upper shelf')`)
	p.says("/shelf <name>")
	p.shot("usage")
	p.key(kb.ArrowDown + kb.ArrowDown)
	if got := eval[string](p, `document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).innerText`); !strings.HasPrefix(got, "lower") {
		t.Errorf("two arrows lead to %q, want lower", got)
	}
	p.key(kb.Tab)
	if got := eval[string](p, `document.getElementById('input').value`); got != "/shelf lower " {
		t.Fatalf("Tab left %q", got)
	}
	p.key(kb.Escape + "\r")
	p.says("Only visible to you")
	p.says("Source: the store room")
	// The last buttons of the card come right before the message box.
	p.key(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	if got := p.focused(); got != "More" {
		t.Fatalf("one step back is %q, want the card's menu", got)
	}
	p.key("\r")
	p.until("the menu has the focus", `document.activeElement.getAttribute('role') === 'menuitem'`)
	p.key(kb.ArrowDown + kb.Escape)
	if got := p.focused(); got != "More" {
		t.Fatalf("Escape leads to %q, want back to the menu's button", got)
	}
	p.key(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	p.key(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	p.key("\r")
	p.until("the form opens at its first field", `document.activeElement.closest('dialog') && document.activeElement.tagName === 'INPUT'`)
	p.key(kb.Tab + "the old one is full\t")
	p.key(kb.End + kb.Backspace + "x" + kb.Tab)
	p.says("“x” is not a whole number")
	p.until("what was typed is kept", `document.querySelector('.save-note').innerText === 'Saved'`)
	p.key(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	p.key(kb.Backspace + "4\r")
	p.says("Say how sturdy.")
	p.until("the focus is on the first wrong field", `document.activeElement.labels[0].innerText === 'Name'`)
	if got := eval[string](p, `[document.activeElement.getAttribute('aria-invalid'), document.getElementById(document.activeElement.getAttribute('aria-describedby').split(' ')[1]).innerText].join(' ')`); got != "true Name is needed. Example: upper shelf" {
		t.Errorf("the field says %q", got)
	}
	if got := eval[string](p, `document.querySelector('dialog textarea').value`); got != "the old one is full" {
		t.Errorf("after the error the form holds %q", got)
	}
	p.key("lower shelf")
	p.do(chromedp.Focus(chromedp.CSS(".rating input")))
	p.key(kb.ArrowRight + kb.ArrowRight)
	p.do(chromedp.Focus(chromedp.CSS("dialog input[type=text]")))
	p.key("\r")
	p.says("The shelf lower shelf stands.")
	p.until("after the form the focus is on the button that opened it", `document.activeElement.innerText === 'Build one'`)
	w.core.mu.Lock()
	defer w.core.mu.Unlock()
	want := bot.Values{
		"name": {"lower shelf"}, "why": {"the old one is full"}, "boards": {"4"}, "cost": {}, "wood": {"oak"}, "colour": {}, "extras": {},
		"sturdy": {"3"}, "owner": {}, "helpers": {}, "day": {"2027-01-04"}, "hour": {}, "check": {"2027-01-05T10:00"}, "plan": {},
	}
	if diff := cmp.Diff([]bot.Values{want}, w.core.built); diff != "" {
		t.Errorf("built (-want +got):\n%s", diff)
	}
}

func TestNewsReachOtherTabsLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asker := open(t, w.url+"/?as=asker")
	keeper := tab(asker.ctx, t, w.url+"/?as=keeper")
	asker.key("/shelf tell\r")
	asker.says("A new shelf stands.")
	keeper.says("A new shelf stands.")
	keeper.says("asked by The asker")
	if eval[bool](keeper, `document.body.innerText.includes('/shelf tell')`) {
		t.Error("the keeper sees what the asker typed")
	}
	// What the bot sends unasked: a badge and the title first, then the message, then its change.
	to, err := w.DM(t.Context(), bot.Identity{Workspace: "playground", User: "keeper"})
	if err != nil {
		t.Fatal(err)
	}
	at, err := w.Send(t.Context(), to, bot.Card{Title: "One box is missing", Tone: bot.Attention, Actions: []bot.Action{{Label: "Count", Do: bot.Do("box.count")}}}, "d-1")
	if err != nil {
		t.Fatal(err)
	}
	keeper.until("the badge", `document.querySelector('.place[data-place="@keeper"] .badge').checkVisibility() && document.title.startsWith('(1) ')`)
	asker.until("the badge of other people", `document.getElementById('others').innerText === '1'`)
	keeper.shot("badge")
	keeper.press("Shelver")
	keeper.says("One box is missing")
	keeper.until("it is read", `!document.title.startsWith('(')`)
	keeper.do(chromedp.Focus(chromedp.CSS("[data-call]")))
	if err := w.Edit(t.Context(), at, bot.Card{Title: "No box is missing", Tone: bot.Good, Actions: []bot.Action{{Label: "Count again", Do: bot.Do("box.count")}}}); err != nil {
		t.Fatal(err)
	}
	keeper.says("No box is missing")
	if got := keeper.focused(); got != "Count again" {
		t.Errorf("after the change the focus is on %q, want the same button", got)
	}
	if eval[bool](keeper, `document.getElementById('messages').innerText.includes('One box is missing')`) {
		t.Error("the old text is still there")
	}
}

func TestADoubleClickActsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := open(t, w.url+"/?as=asker&in=home")
	p.says("Nothing waits for you")
	hold := make(chan struct{})
	w.core.mu.Lock()
	w.core.hold = hold
	w.core.mu.Unlock()
	p.press("Count")
	p.until("the button is busy", `document.querySelector('.button.busy')`)
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('.button.busy').click()`), chromedp.KeyEvent("\r"))
	close(hold)
	p.says("Counted.")
	p.press("Home")
	p.until("the button is ready again", `document.querySelector('.home .button') && !document.querySelector('.button.busy')`)
	if got := len(w.core.of(bot.Press)); got != 1 {
		t.Errorf("two clicks sent %d presses", got)
	}
}

// flaky is a playground whose connection breaks off after the work was done.
func flaky(t *testing.T, path string, breaks int32) (world, *atomic.Int32) {
	t.Helper()
	p, err := playground.New(config())
	if err != nil {
		t.Fatal(err)
	}
	c := newCore()
	inner := p.Handler(c.serve)
	var left atomic.Int32
	left.Store(breaks)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == path && left.Add(-1) >= 0 {
			inner.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return world{Playground: p, core: c, url: srv.URL}, &left
}

func TestABrokenConnectionActsOnce(t *testing.T) {
	t.Parallel()
	quietly.Store(t.Name(), "net::ERR_EMPTY_RESPONSE")
	w, _ := flaky(t, "/api/command", 1)
	p := open(t, w.url+"/?as=asker")
	p.key("/box\r")
	p.says("Counted.")
	w.core.mu.Lock()
	defer w.core.mu.Unlock()
	if w.core.counts != 1 || len(w.core.events) < 2 {
		t.Errorf("%d deliveries counted %d times, want several deliveries counted once", len(w.core.events), w.core.counts)
	}
	if got := eval[int](p, `document.querySelectorAll('.message').length`); got != 2 {
		t.Errorf("%d messages, want the command and its answer", got)
	}
}

func TestAFormSurvivesABrokenConnection(t *testing.T) {
	t.Parallel()
	quietly.Store(t.Name(), "net::ERR_EMPTY_RESPONSE")
	w, left := flaky(t, "/api/submit", 1000)
	p := open(t, w.url+"/?as=asker")
	p.key("/shelf build\r")
	p.says("It stands by tomorrow.")
	p.key("upper")
	p.do(chromedp.Click(chromedp.CSS(".rating input")))
	p.press("Build")
	p.says("The server cannot be reached.")
	p.says("Everything you typed is still here")
	p.shot("form")
	left.Store(0)
	p.press("Build")
	p.says("The shelf upper stands.")
}

func TestReloadKeepsMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := open(t, w.url+"/?as=asker&in=store-room")
	p.key("hello\r/shelf upper\r")
	p.says("Source: the store room")
	p.do(chromedp.Reload())
	p.says("Source: the store room")
	p.says("hello")
	if got := eval[string](p, `document.querySelector('h1').innerText`); got != "store-room" {
		t.Errorf("after a reload I am in %q", got)
	}
	if got := eval[string](p, `document.querySelector('figure img').alt`); got != "A bar from 31 to 82 boxes" {
		t.Errorf("the picture says %q", got)
	}
	p.until("the picture is drawn", `document.querySelector('figure img').naturalWidth === 320`)
}

func TestADraftIsContinuedOrDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := open(t, w.url+"/?as=asker")
	p.key("/shelf build\r")
	p.says("It stands by tomorrow.")
	p.key("half a na" + kb.Escape)
	p.says("What you typed is kept as a draft.")
	p.until("the form is closed and the message box has the focus", `!document.querySelector('dialog') && document.activeElement.id === 'input'`)
	p.key(kb.ArrowUp)
	if got := eval[string](p, `document.getElementById('input').value`); got != "/shelf build" {
		t.Fatalf("the arrow brings back %q", got)
	}
	p.key("\r")
	p.says("Continuing what you typed 2 h ago.")
	p.shot("draft")
	if got := eval[string](p, `document.querySelector('dialog input').value`); got != "half a na" {
		t.Errorf("the form holds %q", got)
	}
	p.press("Start over")
	p.until("the form is empty", `document.querySelector('dialog input').value === '' && !document.body.innerText.includes('Continuing')`)
}

func TestAFileIsSentWithTheForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "plan.txt")
	if err := os.WriteFile(file, []byte("four boards"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := open(t, w.url+"/?as=asker")
	p.key("/shelf build\r")
	p.says("It stands by tomorrow.")
	p.key("upper")
	p.do(chromedp.SetUploadFiles(chromedp.CSS("dialog input[type=file]"), []string{file}))
	p.says("plan.txt, 11 bytes")
	p.do(chromedp.Click(chromedp.CSS(".rating input")))
	p.press("Build")
	p.says("The shelf upper stands.")
	w.core.mu.Lock()
	defer w.core.mu.Unlock()
	want := map[string]bot.Upload{"f-plan": {Name: "plan.txt", MediaType: "text/plain", Data: []byte("four boards")}}
	if diff := cmp.Diff(want, w.core.files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"f-plan"}, w.core.built[0]["plan"]); diff != "" {
		t.Errorf("the form's file (-want +got):\n%s", diff)
	}
}

func TestBeingSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := open(t, w.url+"/?as=asker")
	p.key("/box\r")
	p.says("Counted.")
	p.do(chromedp.Click(chromedp.CSS("#me")))
	p.shot("people")
	p.axe("people")
	p.press("The keeper")
	p.until("the address says who I am", `new URL(location).searchParams.get('as') === 'keeper'`)
	p.says("This is #general")
	if eval[bool](p, `document.body.innerText.includes('Counted.')`) {
		t.Error("the keeper sees the asker's private answer")
	}
	p.key("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.key("guest\r")
	p.until("I am the guest", `new URL(location).searchParams.get('as') === 'guest'`)
	p.do(chromedp.NavigateBack())
	p.until("back is the keeper", `new URL(location).searchParams.get('as') === 'keeper' && document.querySelector('.me-name').innerText.includes('The keeper')`)
}

func TestWhatPeopleTypeStaysText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := open(t, w.url+"/?as=asker")
	general := bot.Conversation{Workspace: "playground", Channel: "general"}
	for _, c := range bottest.Cards() {
		if _, err := w.Send(t.Context(), general, c.Card, c.Name); err != nil {
			t.Fatal(err)
		}
	}
	p.key(`<b id="bold">hello</b> <script>alert(1)</script>` + "\r")
	p.says(`<b id="bold">hello</b> <script>alert(1)</script>`)
	p.says(bottest.Hostile[:60])
	if got := eval[int](p, `document.querySelectorAll('#messages script, #messages b, #messages iframe, #messages a[href^="javascript"], #messages [onerror]').length`); got != 0 {
		t.Errorf("%d elements came out of what people typed", got)
	}
	p.axe("every card")
	p.do(chromedp.Evaluate[chromedp.Void](`document.getElementById('scroll').scrollTop = 0`))
	p.shot("cards")
}

func TestASecretIsNotRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := open(t, w.url+"/?as=asker")
	p.key("/box\r")
	p.says("Counted.")
	p.key("/box drop 1234\r")
	p.says("/box drop 1234")
	p.key(kb.ArrowUp)
	if got := eval[string](p, `document.getElementById('input').value`); got != "/box" {
		t.Errorf("the arrow brings back %q", got)
	}
}

func TestTheChosenThemeIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := open(t, w.url+"/?as=asker")
	ground := func() string { return eval[string](p, `getComputedStyle(document.body).backgroundColor`) }
	p.dark(false)
	light := ground()
	p.press("System theme")
	p.press("Light theme")
	p.until("it is dark", `document.documentElement.dataset.theme === 'dark'`)
	if ground() == light {
		t.Errorf("dark is %s, and so was light", light)
	}
	p.do(chromedp.Reload())
	p.until("it is ready", `document.querySelector('#theme')`)
	if ground() == light {
		t.Error("the dark theme was not kept")
	}
}

func TestAServerThatComesBackIsNoticed(t *testing.T) {
	t.Parallel()
	quietly.Store(t.Name(), "net::ERR_")
	cfg := config()
	p, err := playground.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	first := newCore()
	srv := httptest.NewServer(p.Handler(first.serve))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	pg := open(t, srv.URL+"/?as=asker")
	pg.key("/box\r")
	pg.says("Counted.")
	// Another process at the same address: it knows nothing of what was said.
	again, err := playground.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	addr := srv.Listener.Addr().String()
	srv.CloseClientConnections()
	srv.Close()
	second := newCore()
	next := httptest.NewUnstartedServer(again.Handler(second.serve))
	if err := next.Listener.Close(); err != nil {
		t.Fatal(err)
	}
	next.Listener = listenAt(t, addr)
	next.Start()
	t.Cleanup(func() { next.CloseClientConnections(); next.Close() })
	pg.says("This is #general")
	if _, err := again.Send(t.Context(), bot.Conversation{Workspace: "playground", Channel: "general"}, bot.Card{Title: "Back again"}, "x"); err != nil {
		t.Fatal(err)
	}
	pg.says("Back again")
}
