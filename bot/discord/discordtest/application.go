package discordtest

import (
	"fmt"
	"slices"
	"strconv"
)

func (c *call) getGateway() reply { return ok(object{"url": c.gatewayURL("/gateway/")}) }

func (c *call) getGatewayBot() reply {
	return ok(object{
		"url": c.gatewayURL("/gateway/"), "shards": c.shards,
		"session_start_limit": object{"total": 1000, "remaining": 1000 - c.starts, "reset_after": 86400000, "max_concurrency": 1},
	})
}

func (c *call) getMe() reply { return ok(c.userObject(c.o.BotUser)) }

func (c *call) getUser() reply {
	if c.users[c.path("user")] == nil {
		return refuse(codeUnknownUser)
	}
	return ok(c.userObject(c.path("user")))
}

func (c *call) getApplication() reply {
	return ok(object{
		"id": c.o.AppID, "name": "Hirebot", "icon": nil, "description": "", "bot_public": false, "bot_require_code_grant": false,
		"verify_key": c.PublicKey(), "flags": privilegedFlags(c.o.Privileged), "bot": c.userObject(c.o.BotUser),
		"interactions_endpoint_url": nil, "approximate_guild_count": len(c.guilds),
	})
}

// privilegedFlags are the flags of an application that tell of its privileged intents, for a bot in
// fewer than a hundred guilds.
func privilegedFlags(intents int) int {
	flags := 0
	for intent, flag := range map[int]int{intentPresences: 1 << 13, intentMembers: 1 << 15, intentContent: 1 << 19} {
		if intents&intent != 0 {
			flags |= flag
		}
	}
	return flags
}

func (c *call) listGuilds() reply {
	all := []any{}
	for _, id := range c.order {
		g := c.guilds[id]
		all = append(all, object{"id": id, "name": g.Name, "icon": nil, "owner": false, "permissions": strconv.FormatInt(usual, 10), "features": []any{}})
	}
	return ok(all)
}

// openDM opens the direct messages with somebody.
func (c *call) openDM() reply {
	id := str(c.body, "recipient_id")
	if !snowflake.MatchString(id) {
		return notSnowflake("recipient_id", id)
	}
	u := c.users[id]
	switch {
	case u == nil:
		return refuse(codeInvalidRecipients)
	case u.Bot:
		return refuse(codeCannotDM)
	}
	return ok(c.channelObject(c.directLocked(id)))
}

// guild returns the guild of the path, nil where the app is not in it.
func (c *call) guild() *guild { return c.guilds[c.path("guild")] }

func (c *call) getGuild() reply {
	g := c.guild()
	if g == nil {
		return refuse(codeUnknownGuild)
	}
	return ok(c.guildObject(g))
}

func (c *call) listChannels() reply {
	g := c.guild()
	if g == nil {
		return refuse(codeUnknownGuild)
	}
	return ok(c.channelsOf(g))
}

func (s *Server) channelsOf(g *guild) []any {
	all := []any{}
	for _, id := range s.roomIDs {
		if r := s.rooms[id]; r.Guild == g.ID && !r.direct() && r.Type != TypePublicThread {
			all = append(all, s.channelObject(r))
		}
	}
	return all
}

func (c *call) listRoles() reply {
	g := c.guild()
	if g == nil {
		return refuse(codeUnknownGuild)
	}
	return ok(g.roleObjects())
}

func (c *call) getMember() reply {
	g, id := c.guild(), c.path("user")
	switch {
	case g == nil:
		return refuse(codeUnknownGuild)
	case c.users[id] == nil:
		return refuse(codeUnknownUser)
	case g.Members[id] == nil:
		return refuse(codeUnknownMember)
	}
	return ok(c.memberObject(g.Members[id], true))
}

func (c *call) getChannel() reply {
	r := c.rooms[c.path("channel")]
	switch {
	case r == nil:
		return refuse(codeUnknownChannel)
	case r.permissions()&PermissionView == 0:
		return refuse(codeMissingAccess)
	}
	return ok(c.channelObject(r))
}

// registered returns the key of the commands that the path names, refusing another application.
func (c *call) registered() (guild string, refused *reply) {
	fail := func(code int) (string, *reply) {
		r := refuse(code)
		return "", &r
	}
	if c.path("app") != c.o.AppID {
		return fail(codeMissingAccess)
	}
	id := c.path("guild")
	if id != "" && c.guilds[id] == nil {
		return fail(codeMissingAccess)
	}
	return id, nil
}

func (c *call) listCommands() reply {
	guild, refused := c.registered()
	if refused != nil {
		return *refused
	}
	all := []any{}
	for _, o := range c.commands[guild] {
		all = append(all, o)
	}
	return ok(all)
}

// putCommands registers all commands of a guild. Registering any for every guild is a mistake.
func (c *call) putCommands() reply {
	guild, refused := c.registered()
	if refused != nil {
		return *refused
	}
	all := objects(c.value)
	if list, isList := c.value.([]any); guild != "" && (!isList || len(all) != len(list)) {
		return invalid([]problem{{"", "the body is no array of commands"}})
	}
	if guild == "" && (c.body != nil || len(all) > 0) {
		c.violation("%s: a command is registered for every guild", c.route)
		return refuse(codeMissingAccess)
	}
	if problems := checkCommands(all); len(problems) > 0 {
		c.violations(c.route, texts(problems))
		return invalid(problems)
	}
	ids := map[string]string{}
	for _, o := range c.commands[guild] {
		ids[fmt.Sprint(kindOf(o), str(o, "name"))] = str(o, "id")
	}
	var kept []object
	for _, given := range all {
		o, _ := normal(given).(object)
		if o["type"] == nil {
			o["type"] = 1.0
		}
		o["id"] = ids[fmt.Sprint(kindOf(o), str(o, "name"))]
		if o["id"] == "" {
			o["id"] = c.newIDLocked()
		}
		o["application_id"], o["guild_id"], o["version"] = c.o.AppID, guild, c.newIDLocked()
		kept = append(kept, o)
	}
	c.commands[guild] = kept
	return c.listCommands()
}

func (c *call) deleteCommand() reply {
	guild, refused := c.registered()
	if refused != nil {
		return *refused
	}
	before := len(c.commands[guild])
	c.commands[guild] = slices.DeleteFunc(c.commands[guild], func(o object) bool { return o["id"] == c.path("command") })
	if len(c.commands[guild]) == before {
		return refuse(codeUnknownCommand)
	}
	return nothing()
}

// Commands returns the commands that are registered in a guild.
func (s *Server) Commands(guild string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands[guild])
}
