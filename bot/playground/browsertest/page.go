package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// The longest that a page waits for one condition, and that it lives at all. They are generous: on a
// busy machine a step takes seconds, and only what never comes should fail.
const (
	stepTime = 30 * time.Second
	pageTime = 5 * time.Minute
)

// The sizes of a window, in CSS pixels: of a desk, and of a small phone.
const (
	deskWidth, deskHeight   = 1200, 820
	phoneWidth, phoneHeight = 360, 740
)

// shotsDir is the variable that names a directory for the pictures of every run.
const shotsDir = "HIREBOT_TEST_SHOTS"

// Browser is one browser process. Each of its pages has a profile of its own.
type Browser struct {
	ctx    context.Context
	cancel context.CancelFunc
	dir    string
}

// Start starts a browser, which ends with the test.
func Start(tb testing.TB) *Browser {
	tb.Helper()
	path := Path(tb)
	dir, err := os.MkdirTemp("", "hirebot-browser-")
	if err != nil {
		tb.Fatal("make the browser's profile:", err)
	}
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.WithoutCancel(tb.Context()),
		chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-extensions", true), chromedp.Flag("force-color-profile", "srgb"),
		// Pages side by side hide each other; each must work on as if it were in front.
		chromedp.Flag("disable-backgrounding-occluded-windows", true), chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("disable-background-timer-throttling", true), chromedp.WSURLReadTimeout(60*time.Second))
	ctx, cancel := chromedp.NewContext(alloc)
	b := &Browser{ctx: ctx, cancel: func() { cancel(); cancelAlloc() }, dir: dir}
	tb.Cleanup(func() {
		b.cancel()
		if err := os.RemoveAll(b.dir); err != nil {
			tb.Error("remove the browser's profile:", err)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		tb.Fatal("start the browser:", err)
	}
	return b
}

// Page is one page as a person uses it: what is there is found by its role and name, as assistive
// software finds it. Its methods end the test where something never comes. They are for the
// test's own goroutine.
type Page struct {
	tb     testing.TB
	ctx    context.Context
	place  string
	shots  []shot
	mu     sync.Mutex
	expect []string
}

type shot struct {
	name string
	png  []byte
}

// Open opens an address and waits until the page has drawn itself. When the test ends, nothing may
// have gone wrong in the page's console. Where the test failed, pictures of every step and of the end
// are written to a directory, which the test's log names.
func (b *Browser) Open(tb testing.TB, address string) *Page {
	tb.Helper()
	place, err := url.Parse(address)
	if err != nil {
		tb.Fatal("open a page:", err)
	}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	limited, stop := context.WithTimeout(ctx, pageTime)
	p := &Page{tb: tb, ctx: limited, place: place.RawQuery}
	heard := make(chan []string, 1)
	messages := chromedp.Console(ctx)
	go func() { heard <- complaints(messages) }()
	tb.Cleanup(func() {
		if tb.Failed() {
			p.Shot("end")
		}
		p.keep()
		stop()
		cancel()
		for _, m := range <-heard {
			if !p.expected(m) {
				tb.Error("the console says:", m)
			}
		}
	})
	p.Size(deskWidth, deskHeight)
	p.Dark(false)
	// A page behind another one would not get the focus.
	if _, err := chromedp.Call(p.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		tb.Fatal("make the page believe that it is in front:", err)
	}
	p.Do(chromedp.Navigate(address))
	p.ready()
	return p
}

// Reload loads the page again.
func (p *Page) Reload() {
	p.tb.Helper()
	p.Do(chromedp.Reload())
	p.ready()
}

func (p *Page) ready() {
	p.tb.Helper()
	p.Until("the page is ready", `one('link', 'Home') && one('combobox', 'Message')`)
}

// Expect names a part of what the browser will complain about in the console, such as "net::ERR_",
// where a test takes its server away.
func (p *Page) Expect(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expect = append(p.expect, part)
}

func (p *Page) expected(message string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, part := range p.expect {
		if strings.Contains(message, part) {
			return true
		}
	}
	return false
}

// complaints collects the errors and warnings of a console until the page goes away.
func complaints(messages func(func(chromedp.ConsoleMessage, error) bool)) []string {
	var bad []string
	for m, err := range messages {
		if err != nil {
			break
		}
		if m.IsException() || m.Type == "error" || m.Type == "warning" {
			bad = append(bad, fmt.Sprintf("%s: %s (%s:%d)", m.Type, m.Text, m.URL, m.Line))
		}
	}
	return bad
}

// Do runs actions of the browser's driver.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.tb.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.tb.Fatal("drive the page:", err)
	}
}

// finder are the functions that conditions and expressions can use: all(role, name) and one(role,
// name) find what can be seen and reached, by its role and the beginning of its name, the exact name
// and the latest first; field(label) finds what a form's label belongs to.
const finder = `
const squeeze = (text) => (text || '').replace(/\s+/g, ' ').trim();
const says = (el) => { const copy = el.cloneNode(true); for (const h of copy.querySelectorAll('[aria-hidden=true], [hidden]')) h.remove(); return squeeze(copy.textContent); };
const tags = {A: 'link', BUTTON: 'button', TEXTAREA: 'textbox', SELECT: 'combobox', IMG: 'img', H1: 'heading', H2: 'heading', H3: 'heading', ARTICLE: 'article', DIALOG: 'dialog', MAIN: 'main', TABLE: 'table'};
const role = (el) => el.getAttribute('role') || (el.tagName === 'IMG' && el.alt === '' ? 'presentation' : el.tagName === 'INPUT' ? ({radio: 'radio', checkbox: 'checkbox', search: 'searchbox'}[el.type] || 'textbox') : tags[el.tagName]);
const name = (el) => {
  const by = el.getAttribute('aria-labelledby');
  if (by) return squeeze(by.split(' ').map((id) => says(document.getElementById(id))).join(' '));
  return squeeze(el.getAttribute('aria-label') || el.getAttribute('alt') || (el.labels?.length ? [...el.labels].map(says).join(' ') : '') || says(el));
};
const shown = (el) => el.checkVisibility({visibilityProperty: true}) && !el.closest('[inert]');
const dialog = () => [...document.querySelectorAll('dialog[open]')].pop();
const reachable = (el) => shown(el) && (!dialog() || dialog().contains(el));
const all = (r, n) => {
  const found = [...document.querySelectorAll('*')].filter((el) => role(el) === r && reachable(el) && name(el).startsWith(n));
  const exact = found.filter((el) => name(el) === n);
  return exact.length ? exact : found;
};
const one = (r, n) => all(r, n).pop();
const field = (label) => [...(dialog() || document).querySelectorAll('input, select, textarea')].find((el) => [...(el.labels || [])].some((l) => says(l).startsWith(label)) || el.closest('fieldset') && says(el.closest('fieldset').querySelector('legend')).startsWith(label));
const text = () => document.body.innerText;
const last = () => [...document.querySelectorAll('article')].filter(shown).pop();
`

// quoted writes a text as JavaScript.
func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return `""` // a string always has a JSON form
	}
	return string(b)
}

// Eval returns the value of a JavaScript expression on the page, which may use all, one and field.
func Eval[T any](p *Page, expression string, args ...string) T {
	p.tb.Helper()
	full := fill(expression, args)
	out, err := chromedp.Run(p.ctx, chromedp.Evaluate[T]("(() => {"+finder+"return ("+full+"); })()", chromedp.EvalAwaitPromise))
	if err != nil {
		p.tb.Fatalf("%s: %v", full, err)
	}
	return out
}

// fill puts texts, written as JavaScript, into the places %s of an expression.
func fill(expression string, args []string) string {
	for _, a := range args {
		expression = strings.Replace(expression, "%s", quoted(a), 1)
	}
	return expression
}

// Until waits for a condition: a JavaScript expression, with a text for each %s in it.
func (p *Page) Until(what, condition string, args ...string) {
	p.tb.Helper()
	full := fill(condition, args)
	came := Eval[bool](p, fmt.Sprintf(`new Promise((done) => {
		const end = Date.now() + %d;
		const look = () => { let ok = false; try { ok = Boolean(%s); } catch { ok = false; }
			if (ok || Date.now() > end) done(ok); else setTimeout(look, 25); };
		look(); })`, stepTime.Milliseconds(), full))
	if !came {
		p.tb.Fatalf("never came: %s: %s\nthe page says: %s", what, full, Eval[string](p, `text()`))
	}
}

// Says waits until the page shows a text.
func (p *Page) Says(part string) {
	p.tb.Helper()
	p.Until(fmt.Sprintf("the text %q", part), `text().includes(%s)`, part)
}

// Answers waits until the last message of the conversation shows a text.
func (p *Page) Answers(part string) {
	p.tb.Helper()
	p.Until(fmt.Sprintf("an answer with %q", part), `last().innerText.includes(%s)`, part)
}

// Last returns what the last message of the conversation says.
func (p *Page) Last() string {
	p.tb.Helper()
	return Eval[string](p, `last()?.innerText ?? ''`)
}

// Shows tells whether the page shows a text now.
func (p *Page) Shows(part string) bool {
	p.tb.Helper()
	return Eval[bool](p, `text().includes(%s)`, part)
}

// point is a place on the page, in CSS pixels.
type point struct{ X, Y float64 }

// find waits until the element stands still and nothing lies over its middle, and returns that.
func (p *Page) find(role, name string) point {
	p.tb.Helper()
	p.Until(fmt.Sprintf("the %s %q", role, name), `(() => {
		const el = one(%s, %s);
		el.scrollIntoView({block: 'nearest'});
		const r = el.getBoundingClientRect();
		const at = {X: r.left + r.width / 2, Y: r.top + r.height / 2};
		const still = window.standing && window.standing.el === el && window.standing.X === at.X && window.standing.Y === at.Y;
		window.standing = {el, ...at};
		return still && el.contains(document.elementFromPoint(at.X, at.Y));
	})()`, role, name)
	return Eval[point](p, `{X: window.standing.X, Y: window.standing.Y}`)
}

// Press clicks what has a role, such as "button", "link" or "menuitem", and a name that begins so;
// of several the one with exactly that name, and then the last.
func (p *Page) Press(role, name string) {
	p.tb.Helper()
	at := p.find(role, name)
	p.Do(chromedp.MouseClickXY(at.X, at.Y))
}

// PressTwice clicks twice as fast as can be.
func (p *Page) PressTwice(role, name string) {
	p.tb.Helper()
	at := p.find(role, name)
	p.Do(chromedp.MouseClickXY(at.X, at.Y), chromedp.MouseClickXY(at.X, at.Y))
}

// PressSlowly presses, waits for a condition, and lets go at the same place.
func (p *Page) PressSlowly(role, name, what, condition string) {
	p.tb.Helper()
	at := p.find(role, name)
	once := func(e *input.DispatchMouseEventParams) { e.ClickCount = 1 }
	p.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, at.X, at.Y, chromedp.ButtonLeft, once))
	p.Until(what, condition)
	p.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, at.X, at.Y, chromedp.ButtonLeft, once))
}

// Type types into what has the focus.
func (p *Page) Type(text string) {
	p.tb.Helper()
	if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.tb.Fatal("type:", err)
	}
}

// Key presses a key, such as kb.Escape.
func (p *Page) Key(key string) {
	p.tb.Helper()
	p.Do(chromedp.KeyEvent(key))
}

// Enter presses Enter as a keyboard does: its character comes only where the page lets the key pass.
func (p *Page) Enter() {
	p.tb.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		key := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}
		if kind == input.DispatchKeyEventTypeKeyDown {
			key.Text = "\r"
		}
		if _, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, key); err != nil {
			p.tb.Fatal("press Enter:", err)
		}
	}
}

// Write puts a text into the message box in place of what is there.
func (p *Page) Write(text string) {
	p.tb.Helper()
	p.Until("the message box", `(() => { const el = one('combobox', 'Message'); el.focus(); el.select(); return document.activeElement === el; })()`)
	if text == "" {
		return
	}
	p.Type(text)
}

// Say writes a text and sends it.
func (p *Page) Say(text string) {
	p.tb.Helper()
	p.Write(text)
	p.Enter()
	p.Until("the message is sent", `one('combobox', 'Message')?.value === '' || dialog()`)
}

// Fill puts a text into the field of that label in place of what is there.
func (p *Page) Fill(label, text string) {
	p.tb.Helper()
	p.Until("the field "+label, `(() => { const el = field(%s); el.focus(); el.select(); return document.activeElement === el; })()`, label)
	p.Type(text)
}

// Field is a form's field as it shows itself.
type Field struct {
	// Value is what stands in it.
	Value string
	// Invalid says whether it is marked as wrong, and Error what is said about that.
	Invalid bool
	Error   string
}

// Field returns how the field of that label stands.
func (p *Page) Field(label string) Field {
	p.tb.Helper()
	p.Until("the field "+label, `field(%s)`, label)
	return Eval[Field](p, `(() => {
		const el = field(%s);
		const about = (el.getAttribute('aria-describedby') || '').split(' ').map((id) => document.getElementById(id)).filter((x) => x && shown(x) && x.matches('.error'));
		return {Value: el.selectedOptions ? says(el.selectedOptions[0]) : el.value, Invalid: el.getAttribute('aria-invalid') === 'true', Error: about.map((x) => x.innerText).join(' ')};
	})()`, label)
}

// Size makes the window so wide and high, in CSS pixels.
func (p *Page) Size(width, height int64) {
	p.tb.Helper()
	p.Do(chromedp.EmulateViewport(width, height))
}

// Dark chooses the system's theme. Motion is reduced in both, so that things stand still.
func (p *Page) Dark(on bool) {
	p.tb.Helper()
	value := "light"
	if on {
		value = "dark"
	}
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}, {Name: "prefers-reduced-motion", Value: "reduce"}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		p.tb.Fatal("choose the theme:", err)
	}
}

// Look checks the page as it is: with axe in light and in dark, and at a phone's width, where nothing
// may reach beyond the edge.
func (p *Page) Look(where string) {
	p.tb.Helper()
	// Pictures take time: those of the other looks are taken where something is wrong or all are wanted.
	also := func(look string, right bool) {
		if !right || os.Getenv(shotsDir) != "" {
			p.Shot(where + look)
		}
	}
	p.Shot(where)
	p.axe(where)
	p.Dark(true)
	also("-dark", p.axe(where+", dark"))
	p.Dark(false)
	p.Size(phoneWidth, phoneHeight)
	p.Until("the page is narrow", `innerWidth === `+fmt.Sprint(phoneWidth))
	also("-phone", p.fits(where))
	p.Size(deskWidth, deskHeight)
	p.Until("the page is wide", `innerWidth === `+fmt.Sprint(deskWidth))
}

// fits fails the test for what reaches beyond the right edge of the window, and tells whether nothing does.
func (p *Page) fits(where string) bool {
	p.tb.Helper()
	over := Eval[[]string](p, `[document.documentElement, ...document.querySelectorAll('body *')]
		.filter((el) => el === document.documentElement ? el.scrollWidth > innerWidth : shown(el) && !el.closest('.hidden, .skip') && el.getBoundingClientRect().right > innerWidth + 1)
		.map((el) => el.outerHTML.slice(0, 120))`)
	for _, el := range over {
		p.tb.Errorf("%s: at %d pixels this reaches beyond the edge: %s", where, phoneWidth, el)
	}
	return len(over) == 0
}

// LookOpen is Look for what closes when the width changes, such as a menu: it checks with axe alone.
func (p *Page) LookOpen(where string) {
	p.tb.Helper()
	p.Shot(where)
	p.axe(where)
	p.Dark(true)
	p.axe(where + ", dark")
	p.Dark(false)
}

// axe fails the test for every violation that axe finds on the page as it is, and tells whether there is none.
func (p *Page) axe(where string) bool {
	p.tb.Helper()
	if !Eval[bool](p, `Boolean(window.axe)`) {
		p.Do(chromedp.Evaluate[chromedp.Void](string(AxeSource(p.tb))))
	}
	found := Eval[[]struct {
		ID, Help string
		Nodes    []string
	}](p, `axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations.map((v) => ({ID: v.id, Help: v.help, Nodes: v.nodes.map((n) => n.html.slice(0, 160) + ' ' + n.failureSummary)})))`)
	for _, v := range found {
		p.tb.Errorf("axe, %s: %s (%s)\n  %s", where, v.Help, v.ID, strings.Join(v.Nodes, "\n  "))
	}
	return len(found) == 0
}

// Shot takes a picture of the page, to be kept if the test fails.
func (p *Page) Shot(name string) {
	p.tb.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.tb.Log("no picture:", err)
		return
	}
	p.shots = append(p.shots, shot{name: name, png: png})
}

// keep writes the pictures where they are wanted.
func (p *Page) keep() {
	p.tb.Helper()
	dir := os.Getenv(shotsDir)
	if dir == "" && !p.tb.Failed() {
		return
	}
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "hirebot-shots-"); err != nil {
			p.tb.Error("keep the pictures:", err)
			return
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		p.tb.Error("keep the pictures:", err)
		return
	}
	plain := strings.NewReplacer("/", "-", " ", "-", "=", "-", "&", "-", ",", "")
	var failed error
	for i, s := range p.shots {
		file := filepath.Join(dir, plain.Replace(fmt.Sprintf("%s-%s-%02d-%s.png", p.tb.Name(), p.place, i+1, s.name)))
		failed = errors.Join(failed, os.WriteFile(file, s.png, 0o600))
	}
	if failed != nil {
		p.tb.Error("keep the pictures:", failed)
	}
	p.tb.Logf("pictures of %d steps are in %s", len(p.shots), dir)
}
