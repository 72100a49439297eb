package main

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/hirebot/hirebot/bot/playground/browsertest"
)

// The size of the pictures in the README, in pixels, and the most bytes that one may have.
const (
	screenshotWidth  = 1200
	screenshotHeight = 700
	screenshotBytes  = 200 << 10
)

// screenshots are the pictures of the playground in the README, by the theme that they are taken in.
var screenshots = map[string]string{"light": "playground.png", "dark": "playground-dark.png"}

// TestScreenshots checks the pictures of the README. With -update it takes them anew, in a browser,
// from the demo as it is now:
//
//	go test ./cmd/hirebot -run TestScreenshots -count=1 -update
//
// They show the recruiter of the sample company who has asked for a salary band. Each ought to be
// looked at afterwards: a picture is not compared with the page, since fonts differ among machines.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	for theme, name := range screenshots {
		t.Run(theme, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("..", "..", "docs", "images", name)
			if *update {
				if err := os.WriteFile(path, takeScreenshot(t, theme), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			size, err := png.DecodeConfig(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if size.Width != screenshotWidth || size.Height != screenshotHeight {
				t.Errorf("%s has %d × %d pixels, want %d × %d", name, size.Width, size.Height, screenshotWidth, screenshotHeight)
			}
			if len(data) > screenshotBytes {
				t.Errorf("%s has %d bytes, at most %d", name, len(data), screenshotBytes)
			}
		})
	}
}

// takeScreenshot runs the demo, asks a question in its page and returns what is then seen, as PNG.
func takeScreenshot(t *testing.T, theme string) []byte {
	t.Helper()
	b := newBench(t)
	b.env = nil
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	stdout, stderr := newOutput(), newOutput()
	go func() { ended <- b.main(stdout, stderr, "demo", "--addr", "127.0.0.1:0").Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != exitOK {
			t.Errorf("the demo ended with %d: %s", code, stderr)
		}
	})
	url := stdout.await(t, `ready: (http://127\.0\.0\.1:\d+/)`)

	page := browsertest.Start(t).Open(t, url+"?as=recruiter")
	page.Size(screenshotWidth, screenshotHeight)
	page.Dark(theme == "dark")
	page.Do(func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Kolkata"})
		return chromedp.Void{}, err
	})
	page.Say(sampleTries()[0])
	page.Answers("₹31,62,500 – ₹82,50,000")
	var shot []byte
	page.Do(func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		var err error
		shot, err = chromedp.CaptureScreenshot()(ctx, tab)
		return chromedp.Void{}, err
	})
	return small(t, shot)
}

// small compresses a PNG as far as that goes without loss.
func small(t *testing.T, data []byte) []byte {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	if out.Len() > len(data) {
		return data
	}
	return out.Bytes()
}
