package bot_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hirebot/hirebot/bot"
)

func TestCallIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		call := bot.Do(
			rapid.StringMatching(`[a-z]{2,8}\.[a-z]{2,8}`).Draw(t, "command"),
			rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.StringMatching(`[|%~\n0-9A-F,]{0,9}`)), 0, 6).Draw(t, "args")...,
		)
		id, err := call.Encode()
		if err != nil {
			if n := utf8.RuneCountInString(strings.Join(call.Args, "|")); 3*n+24+len(call.Args) < bot.MaxCall {
				t.Fatalf("%+v of %d characters refused: %v", call, n, err)
			}
			return
		}
		if n := utf8.RuneCountInString(id); n > bot.MaxCall || strings.ContainsRune(id, '\n') {
			t.Fatalf("%q has %d characters", id, n)
		}
		if !slices.ContainsFunc(call.Args, func(a string) bool { return !utf8.ValidString(a) }) && !utf8.ValidString(id) {
			t.Fatalf("%q is no UTF-8", id)
		}
		got, err := bot.DecodeCall(id)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(call.Command, got.Command) + cmp.Diff(strings.Join(call.Args, "\x00"), strings.Join(got.Args, "\x00")); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestDecodeCallRefuses(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "v1", "v1|", "v0|band.show", "v2|band.show|x", "|", "V1|a.b", "hello", "v1|a.b|%zz", "v1|a.b|line\nfeed", "v1|band.show|" + strings.Repeat("x", bot.MaxCall)} {
		if got, err := bot.DecodeCall(id); bot.ErrorCode(err) != bot.CodeInvalid || !strings.Contains(err.Error(), "Run the command again") {
			t.Errorf("DecodeCall(%q) = %+v, %v", id, got, err)
		}
	}
}

func TestWithDraft(t *testing.T) {
	t.Parallel()
	call := bot.Do("book.add", "T-1")
	if diff := cmp.Diff(call, call.WithDraft("")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(bot.Do("book.add", "T-1", "~d"), call.WithDraft("d")); diff != "" {
		t.Error(diff)
	}
	if len(call.Args) != 1 {
		t.Errorf("the call itself changed: %v", call.Args)
	}
}

func FuzzDecodeCall(f *testing.F) {
	for _, id := range []string{"v1|band.show|a|b", "v1|a.b|%7C%25%0A", "v1|a.b||~draft", "v0|x", "||||", "v1|%|%2"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		call, err := bot.DecodeCall(id)
		if err != nil {
			if bot.ErrorCode(err) != bot.CodeInvalid {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if again, err := call.Encode(); err != nil || again != id {
			t.Fatalf("%q decodes to %+v, which encodes to %q, %v", id, call, again, err)
		}
	})
}
