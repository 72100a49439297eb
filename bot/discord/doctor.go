package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// skewFails is the difference between our clock and Discord's that has every signed request refused.
const skewFails = window - time.Minute

// Examine looks at the setup of the app: its token and key, the clock, the size of the bot, and in each
// server what is registered, which roles and permissions it has, and the channels by name that the
// company posts to. It changes nothing.
func (d *Discord) Examine(ctx context.Context, channels []string) []bot.Finding {
	const what = "discord: app"
	if err := d.identify(ctx); err != nil {
		return []bot.Finding{{What: what, Fails: true, Text: whyRefused(err)}}
	}
	out := d.examineApp(ctx, what)
	out = append(out, d.examineClock(ctx))
	if d.key == nil {
		out = append(out, d.examineGateway(ctx))
	}
	for _, a := range d.accesses() {
		out = append(out, d.examineGuild(ctx, a, channels)...)
	}
	return out
}

// whyRefused says what to do about an error of Discord's.
func whyRefused(err error) string {
	if refused, ok := errors.AsType[*refusedError](refusedToken(err)); ok {
		return refused.remedy
	}
	if refused, ok := errors.AsType[*bot.SendError](refusal("answer", err)); ok {
		return refused.Reason
	}
	return "Discord does not answer. Check that this machine reaches the address in HIREBOT_DISCORD_API_URL"
}

// examineApp compares the application with what is configured.
func (d *Discord) examineApp(ctx context.Context, what string) []bot.Finding {
	var app struct {
		ID        string `json:"id"`
		Name      string `json:"name"`
		VerifyKey string `json:"verify_key"`
		Endpoint  string `json:"interactions_endpoint_url"`
		Public    bool   `json:"bot_public"`
		Flags     int64  `json:"flags"`
	}
	if err := d.call(ctx, http.MethodGet, discordgo.EndpointAPI+"applications/@me", nil, &app); err != nil {
		return []bot.Finding{{What: what, Warns: true, Text: "the application cannot be read: " + whyRefused(err)}}
	}
	if app.ID != d.cfg.AppID {
		return []bot.Finding{{What: what, Fails: true, Text: "the token is of the application " + app.ID + ", and another one is configured: copy both from the same application, HIREBOT_DISCORD_APP_ID from its page “General Information”"}}
	}
	out := []bot.Finding{{What: what, Text: fmt.Sprintf("connected as %s (%s)", app.Name, app.ID)}}
	switch {
	case d.key != nil && app.VerifyKey != "" && !strings.EqualFold(app.VerifyKey, d.cfg.PublicKey):
		out = append(out, bot.Finding{What: what, Fails: true, Text: "the public key is not the application's: every delivery would be refused. Copy it from the page “General Information” into HIREBOT_DISCORD_PUBLIC_KEY"})
	case d.key != nil && app.Endpoint == "":
		out = append(out, bot.Finding{What: what, Fails: true, Text: "no interactions endpoint is set, so that nothing is delivered by HTTP. Write " +
			orElse(strings.TrimSuffix(d.cfg.PublicURL, "/"), "https://…") + "/discord/interactions as “Interactions Endpoint URL” on the page “General Information”, or unset HIREBOT_DISCORD_PUBLIC_KEY"})
	case d.key == nil && app.Endpoint != "":
		out = append(out, bot.Finding{What: what, Fails: true, Text: "an interactions endpoint is set, so that nothing comes over the Gateway. Clear “Interactions Endpoint URL” on the page “General Information”, or set HIREBOT_DISCORD_PUBLIC_KEY"})
	}
	if app.Public {
		out = append(out, bot.Finding{What: what, Warns: true, Text: "anybody can add the app to their server. Switch “Public Bot” off on the page “Bot”, unless the server of a community is not yours"})
	}
	// The bits of the intents that Discord grants by request, for verified apps and others.
	const privileged = 1<<12 | 1<<13 | 1<<14 | 1<<15 | 1<<18 | 1<<19
	if app.Flags&privileged != 0 {
		out = append(out, bot.Finding{What: what, Warns: true, Text: "privileged intents are on, and nothing here needs them. Switch them off on the page “Bot”"})
	} else {
		out = append(out, bot.Finding{What: what, Text: "no privileged intent is on, and none is needed"})
	}
	return out
}

// examineClock compares our clock with Discord's.
func (d *Discord) examineClock(ctx context.Context) bot.Finding {
	const what = "discord: clock"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, discordgo.EndpointGateway, nil)
	if err != nil {
		return bot.Finding{What: what, Warns: true, Text: "the clock was not compared"}
	}
	req.Header.Set("User-Agent", d.api.UserAgent)
	resp, err := d.api.Client.Do(req)
	if err != nil {
		return bot.Finding{What: what, Warns: true, Text: "the clock was not compared: " + whyRefused(err)}
	}
	defer resp.Body.Close()
	return front.CompareClocks(what, "Discord", d.cfg.Clock(), resp.Header, skewFails)
}

// examineGateway asks whether one connection is enough.
func (d *Discord) examineGateway(ctx context.Context) bot.Finding {
	const what = "discord: Gateway"
	var start gatewayStart
	if err := d.call(ctx, http.MethodGet, discordgo.EndpointGatewayBot, nil, &start); err != nil {
		return bot.Finding{What: what, Fails: true, Text: "no connection can be opened: " + whyRefused(err)}
	}
	if start.Shards > 1 {
		return bot.Finding{What: what, Fails: true, Text: fatalCloses[4011]}
	}
	return bot.Finding{What: what, Text: fmt.Sprintf("a connection can be opened, and %d more today", start.Limit.Remaining)}
}

// examineGuild looks at one server.
func (d *Discord) examineGuild(ctx context.Context, a Access, channels []string) []bot.Finding {
	what := "discord: server " + a.Guild
	var g discordgo.Guild
	if err := d.call(ctx, http.MethodGet, discordgo.EndpointGuild(a.Guild), nil, &g); err != nil {
		return []bot.Finding{{What: what, Fails: true, Text: whyRefused(err) + ". The link is printed by: hirebot manifest discord" + flagFor(a.Kind)}}
	}
	what = "discord: " + g.Name
	out := []bot.Finding{{What: what, Text: fmt.Sprintf("the bot is in it (%s, %s)", a.Kind, a.Guild)}}
	out = append(out, d.examineRole(ctx, what, a, g)...)
	if a.Kind != Home {
		return out
	}
	out = append(out, d.examineCommands(ctx, what, a.Guild))
	return append(out, d.examineChannels(ctx, what, a.Guild, channels)...)
}

func flagFor(k Kind) string {
	if k == Community {
		return " --community"
	}
	return ""
}

// examineRole looks at the roles that the bot has: what they permit, and where they stand.
func (d *Discord) examineRole(ctx context.Context, what string, a Access, g discordgo.Guild) []bot.Finding {
	var me member
	if err := d.callIn(ctx, http.MethodGet, discordgo.EndpointGuildMember(a.Guild, d.self()), discordgo.EndpointGuildMember(a.Guild, ""), nil, nil, &me); err != nil {
		return []bot.Finding{{What: what, Warns: true, Text: "the bot's own membership cannot be read: " + whyRefused(err)}}
	}
	var mine int64
	top := 0
	for _, r := range g.Roles {
		if r.ID == a.Guild || slices.Contains(me.Roles, r.ID) {
			mine |= r.Permissions
			top = max(top, r.Position)
		}
	}
	if mine&discordgo.PermissionAdministrator != 0 {
		return []bot.Finding{{What: what, Warns: true, Text: "the bot is an administrator, which it need not be: take that permission from its role"}}
	}
	var missing []string
	for _, p := range Permissions(a.Kind == Community) {
		if p.Bit != 0 && mine&p.Bit == 0 {
			missing = append(missing, "“"+p.Name+"” ("+p.Reason+")")
		}
	}
	if len(missing) > 0 {
		return []bot.Finding{{What: what, Warns: true, Text: "the bot's roles lack " + strings.Join(missing, ", ") + ". Where a channel does not grant it, nothing can be posted. Open again the link of: hirebot manifest discord" + flagFor(a.Kind)}}
	}
	out := []bot.Finding{{What: what, Text: "the bot's roles permit all that it needs"}}
	// It hands out no roles and edits nobody, so that a low place is as it should be.
	above := slices.ContainsFunc(g.Roles, func(r *discordgo.Role) bool {
		return r.ID != a.Guild && r.Position < top && r.Permissions&discordgo.PermissionAdministrator != 0
	})
	if above {
		out = append(out, bot.Finding{What: what, Warns: true, Text: "the bot's role stands above one of administrators. It needs no such place: move it down in the server's settings under “Roles”"})
	}
	return out
}

// examineCommands compares what is registered with what there is.
func (d *Discord) examineCommands(ctx context.Context, what, guild string) bot.Finding {
	want, err := commandsOf(d.cfg.Commands(), d.names)
	if err != nil {
		return bot.Finding{What: what, Fails: true, Text: err.Error()}
	}
	var have []*discordgo.ApplicationCommand
	if err := d.call(ctx, http.MethodGet, discordgo.EndpointApplicationGuildCommands(d.cfg.AppID, guild), nil, &have); err != nil {
		return bot.Finding{What: what, Fails: true, Text: "the commands cannot be registered: " + whyRefused(err) + ". Open again the link of: hirebot manifest discord"}
	}
	if !sameCommands(have, want) {
		return bot.Finding{What: what, Warns: true, Text: fmt.Sprintf("%d commands are registered, not as this version has them. hirebot serve registers them when it connects", len(have))}
	}
	return bot.Finding{What: what, Text: fmt.Sprintf("%d commands are registered", len(have))}
}

// examineChannels looks at the channels that the company posts to.
func (d *Discord) examineChannels(ctx context.Context, what, guild string, names []string) []bot.Finding {
	if len(names) == 0 {
		return nil
	}
	all, err := d.channels(ctx, guild)
	if err != nil {
		return []bot.Finding{{What: what, Warns: true, Text: "the channels cannot be read: " + front.ReasonOf(err)}}
	}
	var out []bot.Finding
	for _, name := range names {
		name = strings.TrimPrefix(name, "#")
		at := slices.IndexFunc(all, func(c seenChannel) bool { return c.Name == name || c.In.Channel == name })
		switch {
		case at < 0:
			out = append(out, bot.Finding{What: what, Fails: true, Text: "I cannot see #" + name + ". Give my role “View Channel” in the channel's settings under “Permissions”"})
		case all[at].lacks != 0:
			out = append(out, bot.Finding{What: what, Fails: true, Text: "I may not write in #" + name + ". Give my role “Send Messages” in the channel's settings under “Permissions”"})
		case all[at].lacksCards:
			out = append(out, bot.Finding{What: what, Fails: true, Text: "my cards show no more than their first line in #" + name + ". Give my role “Embed Links” there"})
		case all[at].Private:
			out = append(out, bot.Finding{What: what, Text: "#" + name + " is private"})
		default:
			out = append(out, bot.Finding{What: what, Text: "#" + name + " is for everybody in the server"})
		}
	}
	return out
}
