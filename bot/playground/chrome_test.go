package playground_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/hirebot/hirebot/bot/playground/browsertest"
)

// chrome is the one browser of these tests; each page of a test has a profile of its own.
var chrome struct {
	once   sync.Once
	ctx    context.Context
	cancel context.CancelFunc
	dir    string
	err    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chrome.cancel != nil {
		chrome.cancel()
		if err := os.RemoveAll(chrome.dir); err != nil {
			fmt.Fprintln(os.Stderr, "remove the browser's profile:", err)
		}
	}
	os.Exit(code)
}

func browser(t *testing.T) context.Context {
	t.Helper()
	path := browsertest.Path(t)
	chrome.once.Do(func() {
		if chrome.dir, chrome.err = os.MkdirTemp("", "playground-browser-"); chrome.err != nil {
			return
		}
		alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(),
			chromedp.ExecPath(path), chromedp.UserDataDir(chrome.dir), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-dev-shm-usage", true),
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
			chromedp.Flag("disable-extensions", true), chromedp.Flag("force-color-profile", "srgb"), chromedp.WSURLReadTimeout(60*time.Second))
		ctx, cancel := chromedp.NewContext(alloc)
		chrome.ctx, chrome.cancel = ctx, func() { cancel(); cancelAlloc() }
		chrome.err = chromedp.Do(ctx)
	})
	if chrome.err != nil {
		t.Fatal("start the browser:", chrome.err)
	}
	return chrome.ctx
}

// page drives one tab.
type page struct {
	t   *testing.T
	ctx context.Context
}

// open opens a page; at the end of the test nothing may have gone wrong in its console.
func open(t *testing.T, url string) page {
	t.Helper()
	return tab(browser(t), t, url, chromedp.WithNewBrowserContext())
}

func tab(parent context.Context, t *testing.T, url string, opts ...chromedp.ContextOption) page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, opts...)
	limited, stop := context.WithTimeout(ctx, 4*time.Minute)
	p := page{t: t, ctx: limited}
	heard := make(chan []string)
	messages := chromedp.Console(ctx)
	go func() {
		var bad []string
		for m, err := range messages {
			if err != nil {
				break
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" {
				bad = append(bad, fmt.Sprintf("%s: %s (%s:%d)", m.Type, m.Text, m.URL, m.Line))
			}
		}
		heard <- bad
	}()
	t.Cleanup(func() {
		stop()
		cancel()
		for _, m := range <-heard {
			if !expected(t, m) {
				t.Error("console:", m)
			}
		}
	})
	p.size(1200, 820)
	// A tab behind another one would not get the focus.
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate(url))
	p.until("the page is ready", `document.querySelector('.place') && document.activeElement`)
	return p
}

// quietly holds what a test expects the browser to complain about.
var quietly sync.Map

func expected(t *testing.T, message string) bool {
	held, _ := quietly.Load(t.Name())
	want, ok := held.(string)
	return ok && strings.Contains(message, want)
}

func (p page) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.shot("failed")
		p.t.Fatal(err)
	}
}

func (p page) size(w, h int64) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(w, h))
}

// eval returns the value of an expression.
func eval[T any](p page, expression string) T {
	p.t.Helper()
	out, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// until waits for a condition on the page.
func (p page) until(what, condition string) {
	p.t.Helper()
	expression := fmt.Sprintf(`new Promise((done) => {
		const end = Date.now() + 30000;
		const look = () => { let ok = false; try { ok = Boolean(%s); } catch { ok = false; }
			if (ok || Date.now() > end) done(ok); else setTimeout(look, 25); };
		look(); })`, condition)
	if !eval[bool](p, expression) {
		p.shot("failed")
		p.t.Fatalf("never came: %s\npage says: %s", what, eval[string](p, `document.body.innerText`))
	}
}

// says waits until the page shows a text.
func (p page) says(text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("the text %q", text), fmt.Sprintf(`document.body.innerText.includes(%s)`, js(text)))
}

func js(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

// press clicks the visible button, link or option of that name.
func (p page) press(name string) {
	p.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll('button, a, [role=option], label.option')].filter((x) => x.checkVisibility() && !x.closest('[inert]') && (document.querySelector('dialog[open]') ? [...document.querySelectorAll('dialog[open]')].pop().contains(x) || x.closest('[popover]') : true))
		.find((x) => {
			if (x.getAttribute('aria-label')) return x.getAttribute('aria-label').startsWith(%[1]s);
			const shown = x.cloneNode(true);
			for (const h of shown.querySelectorAll('[aria-hidden=true], .hidden')) h.remove();
			return shown.textContent.trim().startsWith(%[1]s);
		})`, js(name))
	p.until("the button "+name, find)
	type point struct{ X, Y float64 }
	at := eval[point](p, fmt.Sprintf(`(() => { const el = %s; el.scrollIntoView({block: 'nearest'}); const r = el.getBoundingClientRect(); return {X: r.left + r.width / 2, Y: r.top + r.height / 2}; })()`, find))
	p.do(chromedp.MouseClickXY(at.X, at.Y))
}

// key presses keys, with modifiers if given.
func (p page) key(keys string, opts ...chromedp.KeyOption) {
	p.t.Helper()
	for i, part := range strings.Split(keys, "\r") {
		if i > 0 {
			p.enter()
		}
		if part != "" {
			p.do(chromedp.KeyEvent(part, opts...))
		}
	}
}

// enter presses Enter as a keyboard does: the character comes only where the page lets the key pass.
func (p page) enter() {
	p.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		key := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}
		if kind == input.DispatchKeyEventTypeKeyDown {
			key.Text = "\r"
		}
		if _, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, key); err != nil {
			p.t.Fatal(err)
		}
	}
}

// focused tells what has the focus, by its name.
func (p page) focused() string {
	p.t.Helper()
	return eval[string](p, `(document.activeElement.getAttribute('aria-label') || document.activeElement.labels?.[0]?.innerText || document.activeElement.innerText || document.activeElement.tagName).trim()`)
}

func (p page) dark(on bool) {
	p.t.Helper()
	value := "light"
	if on {
		value = "dark"
	}
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}, {Name: "prefers-reduced-motion", Value: "reduce"}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		p.t.Fatal(err)
	}
}

// axe fails the test for every violation that axe finds on the page as it is.
func (p page) axe(where string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](string(browsertest.AxeSource(p.t))))
	found := eval[[]struct {
		ID, Help string
		Nodes    []string
	}](p, `axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations.map((v) => ({ID: v.id, Help: v.help, Nodes: v.nodes.map((n) => n.html.slice(0, 160) + ' ' + n.failureSummary)})))`)
	for _, v := range found {
		p.t.Errorf("axe, %s: %s (%s)\n  %s", where, v.Help, v.ID, strings.Join(v.Nodes, "\n  "))
	}
}

// shot writes a picture of the page where PLAYGROUND_SHOTS names a directory.
func (p page) shot(name string) {
	p.t.Helper()
	dir := os.Getenv("PLAYGROUND_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Log("no picture:", err)
		return
	}
	file := filepath.Join(dir, strings.ReplaceAll(p.t.Name(), "/", "-")+"-"+name+".png")
	if err := os.WriteFile(file, png, 0o600); err != nil {
		p.t.Error(err)
	}
}

// listenAt takes an address that was just given up.
func listenAt(t *testing.T, addr string) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
