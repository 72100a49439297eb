package slack

import (
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/hirebot/hirebot/bot"
)

// The forms of https://docs.slack.dev/messaging/formatting-message-text/ that people's text comes in.
func TestReadText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                           "",
		"backend 7y +cloud":                          "backend 7y +cloud",
		"@<U024BE7LH|bob>":                           "@U024BE7LH",
		"<@U024BE7LH|bob> +recruiter":                "<@U024BE7LH> +recruiter",
		"<@U024BE7LH>":                               "<@U024BE7LH>",
		"<#C024BE7LR|hiring>":                        "#hiring",
		"<#C024BE7LR>":                               "<#C024BE7LR>",
		"<#C024BE7LR|>":                              "<#C024BE7LR>",
		"<!here> <!channel|channel>":                 "@here channel",
		"<!subteam^S012|@panel>":                     "@panel",
		"<https://example.org/a?b=1&amp;c=2>":        "https://example.org/a?b=1&c=2",
		"<https://example.org/|example.org>":         "https://example.org/",
		"<mailto:asha@example.org|asha@example.org>": "asha@example.org",
		"R&amp;D &lt;b&gt;":                          "R&D <b>",
		"&amp;lt;":                                   "&lt;",
		"a < b":                                      "a < b",
		"say “7y” please":                            "say “7y” please",
	} {
		if got := readText(in); got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Time{
		"1767326130.289415": time.Date(2026, 1, 2, 3, 55, 30, 289415000, time.UTC),
		"1767326130.000001": time.Date(2026, 1, 2, 3, 55, 30, 1000, time.UTC),
		"1767326130":        time.Date(2026, 1, 2, 3, 55, 30, 0, time.UTC),
		"":                  {}, "yesterday": {}, "-5.1": {},
	} {
		if got := timestamp(in); !got.Equal(want) {
			t.Errorf("%q is %v, want %v", in, got, want)
		}
	}
}

func TestLinksToRecords(t *testing.T) {
	t.Parallel()
	s := &Slack{cfg: Config{PublicURL: "https://hirebot.example.com/app", References: map[string]string{"R": "req.show"}}}
	for link, want := range map[string]string{
		"https://hirebot.example.com/app/R-12":     "R-12",
		"https://HIREBOT.example.com/app/reqs/r-7": "R-7",
		"https://hirebot.example.com/app/R-12?a=b": "R-12",
		"https://hirebot.example.com/R-12":         "",
		"https://hirebot.example.com/app/C-1":      "",
		"https://hirebot.example.com/app/R-":       "",
		"https://hirebot.example.com/app/R-1x":     "",
		"https://elsewhere.example.com/app/R-12":   "",
		"https://hirebot.example.com/app":          "",
		"::":                                       "",
	} {
		command, ref, ok := s.record(link)
		if ok != (want != "") || ok && (ref != want || command != "req.show") {
			t.Errorf("%s leads to %q by %q, %v; want %q", link, ref, command, ok, want)
		}
	}
	if _, _, ok := (&Slack{}).record("/R-1"); ok {
		t.Error("without a public URL a link leads somewhere")
	}
}

func TestChangesAreServedInOrder(t *testing.T) {
	t.Parallel()
	var (
		o      ordering
		mu     sync.Mutex
		served []int
		group  sync.WaitGroup
	)
	serve := func(view string, second int) {
		o.in(view, exampleTime.Add(time.Duration(second)*time.Second), func() {
			mu.Lock()
			defer mu.Unlock()
			served = append(served, second)
		})
	}
	serve("V1", 2)
	serve("V1", 1) // overtaken
	serve("V2", 1)
	serve("V1", 2) // repeated: it holds the same
	serve("V1", 3)
	if want := []int{2, 1, 2, 3}; len(served) != len(want) {
		t.Errorf("served %v, want %v", served, want)
	}
	for i := range 50 {
		group.Go(func() { serve("V3", i) })
	}
	group.Wait()
	if last := served[len(served)-1]; last != 49 {
		t.Errorf("the last that was served is %d", last)
	}
	o.in("V9", exampleTime.Add(2*keepOrder), func() {})
	if len(o.views) != 1 {
		t.Errorf("it remembers %d views", len(o.views))
	}
}

func TestResponseURLsLeadToSlack(t *testing.T) {
	t.Parallel()
	x := &exchange{Slack: &Slack{cfg: Config{APIURL: "https://slack.com/api/"}}}
	for u, want := range map[string]bool{
		"https://hooks.slack.com/actions/T1/2/x":    true,
		"https://hooks.slack-gov.com/commands/T1/2": true,
		"https://slack.com/response/1":              true,
		"http://hooks.slack.com/actions/T1/2/x":     false,
		"https://hooks.slack.com.evil.example/x":    false,
		"https://evil.example/hooks.slack.com":      false,
		"https://hooks.slack.com@evil.example/x":    false,
		"":                                          false,
		"::":                                        false,
		"file:///etc/passwd":                        false,
		"https://169.254.169.254/latest/meta-data":  false,
	} {
		if got := x.trusted(u); got != want {
			t.Errorf("%q is trusted: %v", u, got)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for code, c := range map[string]struct{ permanent, waits, unsure bool }{
		"not_in_channel": {permanent: true}, "is_archived": {permanent: true}, "never_heard_of": {permanent: true},
		"invalid_auth": {waits: true}, "missing_scope": {waits: true}, "ratelimited": {waits: true},
		"internal_error": {unsure: true}, "fatal_error": {unsure: true},
	} {
		err := refusal("post", slackError(code))
		said, ok := err.(*bot.SendError) //nolint:errorlint // The type itself is what is tested.
		switch {
		case c.unsure != !ok:
			t.Errorf("%s: %v", code, err)
		case ok && (said.Permanent != c.permanent || (said.RetryAfter > 0) != c.waits || said.Reason == ""):
			t.Errorf("%s: %+v", code, said)
		}
	}
}

func slackError(code string) error { return slack.SlackErrorResponse{Err: code} }
