package discord

import (
	"net/url"
	"strings"
	"testing"
)

func TestInstallLink(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		community bool
		scope     string
	}{{false, "bot applications.commands"}, {true, "bot"}} {
		link, err := InstallLink("123456789012345678", c.community)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(link)
		if err != nil || u.Scheme+"://"+u.Host+u.Path != "https://discord.com/oauth2/authorize" {
			t.Fatalf("%s: %v", link, err)
		}
		q := u.Query()
		// View Channels, Send Messages, Embed Links, Read Message History.
		if q.Get("client_id") != "123456789012345678" || q.Get("scope") != c.scope || q.Get("permissions") != "84992" || q.Get("integration_type") != "0" {
			t.Errorf("community %v: %v", c.community, q)
		}
	}
	for _, id := range []string{"", "app", "12 34"} {
		if link, err := InstallLink(id, false); err == nil || link != "" || !strings.Contains(err.Error(), "General Information") {
			t.Errorf("%q: %q %v", id, link, err)
		}
	}
}

// A community is asked for less, and for nothing that the company's own servers are not.
func TestPermissionsOfACommunityAreLess(t *testing.T) {
	t.Parallel()
	home := map[Permission]bool{}
	for _, p := range Permissions(false) {
		if home[p] || p.Name == "" || p.Reason == "" {
			t.Errorf("%+v: twice, or without a reason", p)
		}
		home[p] = true
	}
	community := Permissions(true)
	if len(community) == 0 || len(community) >= len(home) {
		t.Errorf("%d at home, %d in a community", len(home), len(community))
	}
	for _, p := range community {
		if !home[p] {
			t.Errorf("%s is asked of a community alone", p.Name)
		}
	}
}

func TestRegistrationSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	specs := sampleCommands()
	specs[0].Noun = "Desk"
	if text, err := Registration("desk", "", specs); err == nil || text != nil {
		t.Errorf("%v:\n%s", err, text)
	}
}
