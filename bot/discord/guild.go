package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
	"github.com/hirebot/hirebot/bot/front"
)

// channelsEvery is how often the channels are read again, besides when one changes; channelsEveryHTTP is
// the same where nothing tells of changes. Nothing tells either of what changes after the first look and
// before the session has begun, so that the second look comes after channelsSoon.
const (
	channelsSoon      = time.Minute
	channelsEvery     = 24 * time.Hour
	channelsEveryHTTP = 10 * time.Minute
)

// prepareAgain is how long it is waited at first until a guild is prepared again that was not, for an
// outage of Discord's. It doubles up to prepareLast.
const (
	prepareAgain = time.Minute
	prepareLast  = time.Hour
)

// watch registers the commands and reads the channels of every guild now, and the channels again and again.
func (d *Discord) watch(ctx context.Context) {
	defer front.Guard(ctx, d.cfg.Log, "watch")
	d.removeGlobal(ctx)
	var undone []string
	for _, a := range d.accesses() {
		if d.known(a.Guild) && !d.prepare(ctx, a.Guild) {
			undone = append(undone, a.Guild)
		}
	}
	for wait := prepareAgain; len(undone) > 0 && ctx.Err() == nil; wait = min(2*wait, prepareLast) {
		if d.sleep(ctx, wait); ctx.Err() == nil {
			undone = slices.DeleteFunc(undone, func(guild string) bool { return d.prepare(ctx, guild) })
		}
	}
	every := channelsEvery
	if d.key != nil {
		every = channelsEveryHTTP
	}
	for wait := channelsSoon; ctx.Err() == nil; wait = every {
		if d.sleep(ctx, wait); ctx.Err() != nil {
			return
		}
		for _, w := range d.homes() {
			d.readChannels(ctx, w.Guild)
		}
	}
}

// prepare does what a guild needs before it is of use, and tells whether all of that was done, or cannot
// be by trying again soon.
func (d *Discord) prepare(ctx context.Context, guild string) bool {
	registered := d.register(ctx, guild)
	return d.readChannels(ctx, guild) && registered
}

// register makes the commands of a guild those that it should have: all of them in one of the company,
// none in a community. It writes nothing where that is so already. It returns false where that is worth
// another try.
func (d *Discord) register(ctx context.Context, guild string) bool {
	want := []*discordgo.ApplicationCommand{}
	if d.kindOf(guild) == Home {
		var err error
		if want, err = commandsOf(d.cfg.Commands(), d.names); err != nil {
			d.cfg.Log.ErrorContext(ctx, "the commands cannot be registered", "guild", guild, "err", err)
			return true
		}
	}
	address := discordgo.EndpointApplicationGuildCommands(d.cfg.AppID, guild)
	var have []*discordgo.ApplicationCommand
	err := d.call(ctx, http.MethodGet, address, nil, &have)
	if err == nil && !sameCommands(have, want) {
		err = d.call(ctx, http.MethodPut, address, want, nil)
	}
	switch {
	case err == nil || ctx.Err() != nil:
		return err == nil
	case d.kindOf(guild) == Community:
		// The app may not even look there, which is as well.
		d.cfg.Log.InfoContext(ctx, "the commands of a community were not looked at", "guild", guild, "err", refusal("register commands", err))
	default:
		d.cfg.Log.ErrorContext(ctx, "the commands were not registered: invite the bot again with the link that hirebot manifest discord prints",
			"guild", guild, "err", refusal("register commands", err))
		return false
	}
	return true
}

// removeGlobal removes commands that were registered everywhere, by another version or by hand: they
// would be offered in communities, and twice in the company's own guild.
func (d *Discord) removeGlobal(ctx context.Context) {
	address := discordgo.EndpointApplicationGlobalCommands(d.cfg.AppID)
	var have []*discordgo.ApplicationCommand
	err := d.call(ctx, http.MethodGet, address, nil, &have)
	for _, c := range have {
		if err == nil {
			err = d.callIn(ctx, http.MethodDelete, discordgo.EndpointApplicationGlobalCommand(d.cfg.AppID, c.ID), address, nil, nil, nil)
		}
	}
	if err != nil && ctx.Err() == nil {
		d.cfg.Log.WarnContext(ctx, "commands that are registered everywhere were not removed", "err", refusal("remove commands", err))
	}
}

// noteEvent takes down what an event of the Gateway tells of a guild.
func (d *Discord) noteEvent(ctx context.Context, event string, data json.RawMessage) {
	var about struct {
		ID          string `json:"id"`
		GuildID     string `json:"guild_id"`
		Unavailable bool   `json:"unavailable"`
	}
	switch event {
	case "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE":
		if json.Unmarshal(data, &about) != nil {
			return
		}
		about.GuildID = about.ID
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
		if json.Unmarshal(data, &about) != nil {
			return
		}
	default:
		return
	}
	at := slices.IndexFunc(d.accesses(), func(a Access) bool { return a.Guild == about.GuildID })
	if at < 0 {
		return
	}
	access := d.accesses()[at]
	if event == "GUILD_DELETE" {
		if !about.Unavailable {
			d.cfg.Log.ErrorContext(ctx, "the bot was removed from a server: invite it again with the link that hirebot manifest discord prints", "guild", access.Guild)
			d.mu.Lock()
			delete(d.guilds, access.Guild)
			d.mu.Unlock()
		}
		return
	}
	if event == "GUILD_CREATE" {
		// That is how a session begins. With the first one the guild has just been looked at; what changed
		// between two of them, nobody tells.
		if _, again := d.begun.LoadOrStore(access.Guild, true); !again && d.known(access.Guild) {
			return
		}
	}
	d.refresh(ctx, access)
}

// refresh looks at a guild again, in the background. Events that come meanwhile are seen to by one more
// look.
func (d *Discord) refresh(ctx context.Context, a Access) {
	if _, waits := d.pending.LoadOrStore(a.Guild, true); waits {
		return
	}
	d.work.Begin()
	go func() {
		defer d.work.End()
		defer front.Guard(ctx, d.cfg.Log, "refresh")
		d.looking.Lock()
		defer d.looking.Unlock()
		d.pending.Delete(a.Guild)
		if !d.known(a.Guild) {
			if d.connectGuild(ctx, a) {
				d.prepare(ctx, a.Guild)
			}
			return
		}
		d.readChannels(ctx, a.Guild)
	}()
}

// looks is what refresh needs.
type looks struct {
	pending sync.Map // guild → true
	looking sync.Mutex
	// begun are the guilds that a session has told of since this process leads.
	begun sync.Map // guild → true
}

// readChannels tells which channels of a guild of the company the bot can write in. It returns false where
// that could not be found out.
func (d *Discord) readChannels(ctx context.Context, guild string) bool {
	if d.cfg.Hooks.Channels == nil || d.kindOf(guild) != Home {
		return true
	}
	all, err := d.channels(ctx, guild)
	if err == nil {
		var open []Channel
		for _, c := range all {
			if c.lacks == 0 {
				open = append(open, c.Channel)
			}
		}
		err = d.cfg.Hooks.Channels(ctx, workspaceID(guild), open)
	}
	if err != nil && ctx.Err() == nil {
		d.cfg.Log.WarnContext(ctx, "the channels were not read", "guild", guild, "err", err)
	}
	return err == nil
}

// seenChannel is a text channel, with what the bot lacks there to write in it.
type seenChannel struct {
	Channel
	lacks int64
	// lacksCards says that only the first line of a card would be seen.
	lacksCards bool
}

// needed are the permissions without which a channel is of no use.
const needed = permitView | permitSend

// channels returns the text channels of a guild that the bot sees. Threads are left out.
func (d *Discord) channels(ctx context.Context, guild string) ([]seenChannel, error) {
	var g discordgo.Guild
	if err := d.call(ctx, http.MethodGet, discordgo.EndpointGuild(guild), nil, &g); err != nil {
		return nil, fmt.Errorf("read a server: %w", refusal("read a server", err))
	}
	var me member
	if err := d.callIn(ctx, http.MethodGet, discordgo.EndpointGuildMember(guild, d.self()), discordgo.EndpointGuildMember(guild, ""), nil, nil, &me); err != nil {
		return nil, refusal("read my own membership", err)
	}
	var found []*discordgo.Channel
	if err := d.call(ctx, http.MethodGet, discordgo.EndpointGuildChannels(guild), nil, &found); err != nil {
		return nil, refusal("list channels", err)
	}
	rights := newRights(guild, g.Roles)
	var out []seenChannel
	for _, c := range found {
		if c.Type != discordgo.ChannelTypeGuildText && c.Type != discordgo.ChannelTypeGuildNews {
			continue
		}
		d.rooms.Store(c.ID, false)
		d.channelNames.Store(c.ID, c.Name)
		mine := rights.in(c, d.self(), me.Roles)
		if mine&permitView == 0 {
			continue
		}
		out = append(out, seenChannel{
			Channel: Channel{
				In:      bot.Conversation{Workspace: workspaceID(guild), Channel: c.ID},
				Name:    c.Name,
				Private: rights.in(c, "", nil)&permitView == 0,
			},
			lacks: needed &^ mine, lacksCards: mine&permitEmbed == 0,
		})
	}
	return out, nil
}

// channelName returns the name of a text channel that the bot has seen, "" for any other.
func (d *Discord) channelName(id string) string {
	name, _ := d.channelNames.Load(id)
	text, _ := name.(string)
	return text
}

// rights says who may do what in the channels of a guild.
// https://discord.com/developers/docs/topics/permissions#permission-overwrites
type rights struct {
	// everybody is the role of all, which bears the guild's id.
	everybody string
	roles     map[string]int64
}

func newRights(guild string, roles []*discordgo.Role) rights {
	r := rights{everybody: guild, roles: map[string]int64{}}
	for _, role := range roles {
		r.roles[role.ID] = role.Permissions
	}
	return r
}

// in returns what a member with these roles may do in a channel; without a user it is what anybody of
// the guild may.
func (r rights) in(c *discordgo.Channel, user string, roles []string) int64 {
	may := r.roles[r.everybody]
	for _, id := range roles {
		may |= r.roles[id]
	}
	if may&discordgo.PermissionAdministrator != 0 {
		return discordgo.PermissionAll | needed
	}
	apply := func(allow, deny int64) { may = may&^deny | allow }
	var allow, deny int64
	for _, o := range c.PermissionOverwrites {
		switch {
		case o.Type != discordgo.PermissionOverwriteTypeRole:
		case o.ID == r.everybody:
			apply(o.Allow, o.Deny)
		case slices.Contains(roles, o.ID):
			allow, deny = allow|o.Allow, deny|o.Deny
		}
	}
	apply(allow, deny)
	for _, o := range c.PermissionOverwrites {
		if o.Type == discordgo.PermissionOverwriteTypeMember && o.ID == user && user != "" {
			apply(o.Allow, o.Deny)
		}
	}
	return may
}

// memberFor is how long it is remembered who is in a guild of the company.
const memberFor = 5 * time.Minute

// memberSeen is what we saw of a membership.
type memberSeen struct {
	at time.Time
	in bool
	p  bot.Profile
}

// noteMember notes a membership that came with a delivery, and tells the directory where it is not as
// it was.
func (d *Discord) noteMember(ctx context.Context, who bot.Identity, m member) {
	p := m.profile()
	before, known := d.members.Swap(who, memberSeen{at: d.cfg.Clock(), in: true, p: p})
	if was, ok := before.(memberSeen); known && ok && (!was.in || was.p.Name != p.Name || !slices.Equal(was.p.Groups, p.Groups)) {
		d.cfg.Directory.Changed(ctx, who, p)
	}
}

// homeOf returns the workspace of the company that somebody is in, who wrote in direct messages: there
// Discord does not say. Whoever left has no access any more.
func (d *Discord) homeOf(ctx context.Context, user string) (string, error) {
	homes := d.homes()
	unsure := len(homes) == 0 // none has answered yet
	for _, w := range homes {
		who := bot.Identity{Workspace: w.ID, User: user}
		if seen, ok := d.members.Load(who); ok {
			if s, ok := seen.(memberSeen); ok && d.cfg.Clock().Sub(s.at) < memberFor {
				if s.in {
					return w.ID, nil
				}
				continue
			}
		}
		p, err := d.Profile(ctx, who)
		if err != nil {
			d.cfg.Log.WarnContext(ctx, "Discord did not tell whether somebody is in a server", "guild", w.Guild, "err", err)
			unsure = true
			continue
		}
		d.members.Store(who, memberSeen{at: d.cfg.Clock(), in: p.Active, p: p})
		if p.Active {
			return w.ID, nil
		}
		d.cfg.Directory.Changed(context.WithoutCancel(ctx), who, p)
	}
	if unsure {
		return "", errUnsure
	}
	return "", errNobody
}
