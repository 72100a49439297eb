package discordtest

import "slices"

// Event tells the app of an event, of a name that there is or of another, and waits until it has settled.
// An app that has not asked for its kind does not get it, nor does one that has no Gateway open.
func (s *Server) Event(name string, data any) {
	s.t.Helper()
	s.mu.Lock()
	sent := s.dispatchLocked(intents[name], name, data)
	s.mu.Unlock()
	s.got(sent)
	s.settle()
}

// RemoveMember has somebody leave a guild.
func (s *Server) RemoveMember(guild, user string) {
	s.t.Helper()
	s.mu.Lock()
	delete(s.guilds[guild].Members, user)
	o := object{"guild_id": guild, "user": s.userObject(user)}
	s.mu.Unlock()
	s.Event("GUILD_MEMBER_REMOVE", o)
}

// ChangeMember changes what somebody is in a guild.
func (s *Server) ChangeMember(m Member) {
	s.t.Helper()
	s.AddMember(m)
	s.mu.Lock()
	o := s.memberObject(&m, true)
	o["guild_id"] = m.Guild
	s.mu.Unlock()
	s.Event("GUILD_MEMBER_UPDATE", o)
}

// RemoveGuild has the app be removed from a guild.
func (s *Server) RemoveGuild(guild string) {
	s.t.Helper()
	s.mu.Lock()
	delete(s.guilds, guild)
	s.order = slices.DeleteFunc(s.order, func(id string) bool { return id == guild })
	s.mu.Unlock()
	s.Event("GUILD_DELETE", object{"id": guild})
}

// GuildOutage has a guild be out of reach for a while, without the app being removed from it.
func (s *Server) GuildOutage(guild string) {
	s.t.Helper()
	s.Event("GUILD_DELETE", object{"id": guild, "unavailable": true})
}

// JoinGuild has the app be added to a guild.
func (s *Server) JoinGuild(id, name string) {
	s.t.Helper()
	s.AddGuild(id, name)
	s.mu.Lock()
	o := s.guildCreate(s.guilds[id])
	s.mu.Unlock()
	s.Event("GUILD_CREATE", o)
}

// ChangeChannel adds a channel or changes it, and tells the app.
func (s *Server) ChangeChannel(ch Channel) {
	s.t.Helper()
	s.mu.Lock()
	name := "CHANNEL_CREATE"
	if s.rooms[ch.ID] != nil {
		name = "CHANNEL_UPDATE"
	}
	s.mu.Unlock()
	s.AddChannel(ch)
	s.mu.Lock()
	o := s.channelObject(s.rooms[ch.ID])
	s.mu.Unlock()
	s.Event(name, o)
}

// RemoveChannel takes a channel away.
func (s *Server) RemoveChannel(id string) {
	s.t.Helper()
	s.mu.Lock()
	o := s.channelObject(s.rooms[id])
	delete(s.rooms, id)
	s.roomIDs = slices.DeleteFunc(s.roomIDs, func(other string) bool { return other == id })
	s.mu.Unlock()
	s.Event("CHANNEL_DELETE", o)
}

// SetShards says how many shards Discord wants: an app that identifies with fewer is refused.
func (s *Server) SetShards(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shards = n
}

// MuteHeartbeats has the Gateway acknowledge no heartbeat.
func (s *Server) MuteHeartbeats(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mute = on
}

// RefuseConnections closes the next connections with these codes, one each.
func (s *Server) RefuseConnections(codes ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = append(s.refuse, codes...)
}

// live returns the connections that stand, with their sessions.
func (s *Server) liveLocked() []*connection {
	var out []*connection
	for _, n := range s.sessions {
		if n.conn != nil {
			out = append(out, n.conn)
		}
	}
	return out
}

// Connections returns how many connections with a session stand.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.liveLocked())
}

// Sessions returns how many sessions were begun so far; resuming begins none.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// Reconnect asks all connections to reconnect and resume.
func (s *Server) Reconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.liveLocked() {
		_ = k.send(opReconnect, nil, nil, nil) // where this fails, reading does too
	}
}

// InvalidateSession tells all connections that their session is invalid; whether it can be resumed is told too.
func (s *Server) InvalidateSession(resumable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.liveLocked() {
		n := k.session
		n.dead = !resumable
		n.conn, k.session = nil, nil
		_ = k.send(opInvalidSession, resumable, nil, nil) // where this fails, reading does too
	}
}

// CloseConnections closes all connections with a code. After 4007 and 4009 a session cannot be resumed.
func (s *Server) CloseConnections(code int) {
	s.mu.Lock()
	all := s.liveLocked()
	for _, k := range all {
		k.session.dead = code == CloseInvalidSeq || code == CloseTimedOut
		k.session.conn = nil
	}
	s.mu.Unlock()
	for _, k := range all {
		k.cut(code, "")
	}
}

// DropConnections cuts all connections without a word.
func (s *Server) DropConnections() {
	s.mu.Lock()
	all := s.liveLocked()
	for _, k := range all {
		k.session.conn = nil // nothing more goes over one that is cut
	}
	s.mu.Unlock()
	for _, k := range all {
		_ = k.ws.NetConn().Close()
	}
}
