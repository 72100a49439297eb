package discord

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/hirebot/hirebot/bot"
)

// MinGap is the least time between two messages in one conversation. Discord tells what a conversation
// bears in the headers of its answers, which each process follows by itself; it has been five in five seconds.
func (*Discord) MinGap() time.Duration { return time.Second }

// SendGap is the least time between two messages. With edits, which are two calls each, and openings this makes
// no more than 30 calls a second: Discord bears 50 of an app, and what is left is for reading.
// https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
func (*Discord) SendGap() time.Duration { return 50 * time.Millisecond }

// EditGap is the least time between two edits.
func (*Discord) EditGap() time.Duration { return 300 * time.Millisecond }

// OpenGap is the least time between two openings of direct messages. Discord names no number, and may keep an
// app from them that opens many at once. https://discord.com/developers/docs/resources/user#create-dm
func (*Discord) OpenGap() time.Duration { return time.Second }

// Opened tells whether the direct messages with somebody were opened before.
func (d *Discord) Opened(who bot.Identity) bool {
	_, known := d.dms.Load(who.User)
	return known
}

// OneLimit tells that these hold for the app, in all its servers together.
func (*Discord) OneLimit() bool { return true }

// longestWait is how long a call may wait for its turn under a limit that Discord has told of. What has
// to wait longer is refused, to be tried again later.
const longestWait = 500 * time.Millisecond

// call calls the API under Discord's limits, and reads the answer into out unless that is nil.
func (d *Discord) call(ctx context.Context, method, address string, in, out any) error {
	return d.callIn(ctx, method, address, address, in, nil, out)
}

// callIn is call in a bucket of limits, with files.
func (d *Discord) callIn(ctx context.Context, method, address, bucket string, in any, files []*discordgo.File, out any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b := d.api.Ratelimiter.GetBucket(bucket)
	b.Lock()
	wait := d.api.Ratelimiter.GetWaitTime(b, 1)
	b.Unlock()
	all := d.limitedFor(everything)
	if wait = max(wait, d.limitedFor(bucket), all); wait > longestWait {
		return &bot.SendError{Reason: asksToWait, RetryAfter: wait, Everywhere: all == wait}
	}
	err := d.send(ctx, d.api, method, address, bucket, in, files, out)
	if limited, ok := errors.AsType[*discordgo.RateLimitError](err); ok {
		if all := d.limitedFor(everything); all > 0 {
			return &bot.SendError{Reason: asksToWait, RetryAfter: max(all, time.Second), Everywhere: true, Err: errors.New("429")}
		}
		d.limited.Store(bucket, d.cfg.Clock().Add(limited.RetryAfter))
	}
	return err
}

// limit notes how long nothing at all may be called.
func (d *Discord) limit(wait time.Duration) { d.limited.Store(everything, d.cfg.Clock().Add(wait)) }

// everything stands for the limit of all calls together.
const everything = ""

// limitedFor returns how long a limit still holds that Discord has told of by refusing a call.
func (d *Discord) limitedFor(bucket string) time.Duration {
	until, ok := d.limited.Load(bucket)
	if !ok {
		return 0
	}
	at, _ := until.(time.Time)
	left := at.Sub(d.cfg.Clock())
	if left <= 0 {
		d.limited.CompareAndDelete(bucket, until)
	}
	return left
}

// callFree calls what Discord does not limit: the answers to an interaction. They wait for nothing, each
// by itself, and no limit is remembered for an address that is never called again.
func (d *Discord) callFree(ctx context.Context, method, address string, in, out any) error {
	free := &discordgo.Session{
		Client: d.api.Client, UserAgent: d.api.UserAgent, Ratelimiter: discordgo.NewRatelimiter(),
	}
	return d.send(ctx, free, method, address, address, in, nil, out)
}

func (*Discord) send(ctx context.Context, api *discordgo.Session, method, address, bucket string, in any, files []*discordgo.File, out any) error {
	var body []byte
	kind := "application/json"
	if in != nil {
		var err error
		if len(files) > 0 {
			kind, body, err = discordgo.MultipartBodyWithJSON(in, files)
		} else {
			body, err = json.Marshal(in)
		}
		if err != nil {
			return fmt.Errorf("write a call: %w", err)
		}
	}
	answer, err := api.RequestRaw(method, address, kind, body, bucket, 0, discordgo.WithContext(ctx))
	if err != nil {
		return err
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("read an answer: %w", err)
	}
	return nil
}

// outgoing is a message to be sent, with what discordgo has no names for.
type outgoing struct {
	*discordgo.MessageSend
	Attachments []described `json:"attachments,omitempty"`
	// With these, Discord answers a message that it has had some minutes ago with that message.
	Nonce   string `json:"nonce,omitempty"`
	Enforce bool   `json:"enforce_nonce,omitempty"`
}

// described is a file of a message.
type described struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Description string `json:"description,omitempty"`
}

// outgoingOf returns a page as a message with its files.
func outgoingOf(p page) (outgoing, []*discordgo.File) {
	out := outgoing{MessageSend: p.message()}
	var files []*discordgo.File
	for i, a := range p.Files {
		out.Attachments = append(out.Attachments, described{ID: strconv.Itoa(i), Filename: a.Name, Description: a.Description})
		files = append(files, &discordgo.File{Name: a.Name, ContentType: a.MediaType, Reader: bytes.NewReader(a.Data)})
	}
	return out, files
}

// accounts returns somebody's account, "" for none, and what they are called.
type accounts func(person string) (user, name string)

func (d *Discord) accounts(ctx context.Context, workspace string) accounts {
	return func(person string) (string, string) { return d.cfg.Directory.Account(ctx, workspace, person) }
}

// posting returns a card as a message to be sent, with its files. It alerts the one person whom the card
// says, where they have an account here.
func posting(card bot.Card, on surface, people accounts) (outgoing, []*discordgo.File) {
	m, files := outgoingOf(renderCard(card, on)[0])
	if card.Notify == "" {
		return m, files
	}
	if user, _ := people(card.Notify); digitsAlone.MatchString(user) {
		m.Content = "<@" + user + "> " + m.Content
		m.AllowedMentions.Users = []string{user}
	}
	return m, files
}

// nonce returns what stands for a delivery: 25 characters at most.
func nonce(deliveryID string) string {
	sum := sha256.Sum256([]byte(deliveryID))
	return hex.EncodeToString(sum[:])[:25]
}

// surface returns where a card is shown that is a message of its own.
func (d *Discord) surface(ctx context.Context, workspace string, private bool) surface {
	return ownMessage(d.names, d.accounts(ctx, workspace), private)
}

// ownMessage is the surface that is a message of its own.
func ownMessage(n names, people accounts, private bool) surface {
	return surface{
		Pages: 1, Files: private, Spell: n.spell,
		Mention: func(person, _ string) string {
			if user, _ := people(person); digitsAlone.MatchString(user) {
				return "<@" + user + ">"
			}
			return ""
		},
	}
}

// Send posts a card. Its pictures and files go along only into direct messages.
func (d *Discord) Send(ctx context.Context, to bot.Conversation, card bot.Card, deliveryID string) (bot.Posted, error) {
	if err := d.takes(to); err != nil {
		return bot.Posted{}, err
	}
	private, err := d.isDirect(ctx, to)
	if err != nil {
		return bot.Posted{}, refusal("post", err)
	}
	on := d.surface(ctx, to.Workspace, private)
	on.Delivery = deliveryID
	m, files := posting(card, on, d.accounts(ctx, to.Workspace))
	if deliveryID != "" {
		m.Nonce, m.Enforce = nonce(deliveryID), true
	}
	var posted discordgo.Message
	address := discordgo.EndpointChannelMessages(to.Channel)
	if err := d.callIn(ctx, http.MethodPost, address, address, m, files, &posted); err != nil {
		return bot.Posted{}, refusal("post", err)
	}
	return bot.Posted{In: to, ID: posted.ID}, nil
}

// takes returns a SendError for a conversation that nothing can be sent to.
func (d *Discord) takes(to bot.Conversation) error {
	if guildOf(to.Workspace) == "" {
		return &bot.SendError{Reason: "I am not in that Discord server", RetryAfter: time.Minute}
	}
	if to.Channel == bot.HomePlace {
		return &bot.SendError{Permanent: true, Reason: "Discord has no home of a person's own"}
	}
	if !digitsAlone.MatchString(to.Channel) {
		return &bot.SendError{Permanent: true, Reason: "that is no channel of Discord's"}
	}
	return nil
}

// isDirect tells whether a conversation is one person's direct messages.
func (d *Discord) isDirect(ctx context.Context, in bot.Conversation) (bool, error) {
	if in.Private {
		return true, nil
	}
	if known, ok := d.rooms.Load(in.Channel); ok {
		direct, _ := known.(bool)
		return direct, nil
	}
	var c discordgo.Channel
	if err := d.call(ctx, http.MethodGet, discordgo.EndpointChannel(in.Channel), nil, &c); err != nil {
		return false, err
	}
	direct := c.Type == discordgo.ChannelTypeDM
	d.rooms.Store(in.Channel, direct)
	return direct, nil
}

// Edit draws a posted message again.
func (d *Discord) Edit(ctx context.Context, at bot.Posted, card bot.Card) error {
	if err := d.takes(at.In); err != nil {
		return err
	}
	if !digitsAlone.MatchString(at.ID) {
		return &bot.SendError{Permanent: true, Reason: remedies[discordgo.ErrCodeUnknownMessage]}
	}
	private, err := d.isDirect(ctx, at.In)
	if err != nil {
		return refusal("update", err)
	}
	// The mark that Find looks for is a part of what is drawn.
	delivery, err := d.deliveryAt(ctx, at)
	if err != nil {
		return refusal("update", err)
	}
	on := d.surface(ctx, at.In.Workspace, private)
	on.Delivery = delivery
	m, files := posting(card, on, d.accounts(ctx, at.In.Workspace))
	edit := map[string]any{
		"content": m.Content, "embeds": orNone(m.Embeds), "components": orNone(m.Components), "allowed_mentions": m.AllowedMentions,
		"attachments": orNone(m.Attachments),
	}
	address := discordgo.EndpointChannelMessage(at.In.Channel, at.ID)
	if err := d.callIn(ctx, http.MethodPatch, address, discordgo.EndpointChannelMessage(at.In.Channel, ""), edit, files, nil); err != nil {
		return refusal("update", err)
	}
	return nil
}

// orNone returns a list that is never null: to Discord that would mean to leave what is there.
func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// deliveryAt returns the id of the delivery that a message bears.
func (d *Discord) deliveryAt(ctx context.Context, at bot.Posted) (string, error) {
	var m discordgo.Message
	address := discordgo.EndpointChannelMessage(at.In.Channel, at.ID)
	if err := d.callIn(ctx, http.MethodGet, address, discordgo.EndpointChannelMessage(at.In.Channel, ""), nil, nil, &m); err != nil {
		return "", err
	}
	return deliveryOf(&m), nil
}

const (
	// mostPages bounds how far back Find looks: 2,000 messages.
	mostPages = 20
	pageSize  = 100
	// epoch is when Discord's ids begin, in milliseconds.
	// https://discord.com/developers/docs/reference#snowflakes
	epoch = 1420070400000
)

// snowflake returns the least id of a moment.
func snowflake(at time.Time) string {
	ms := at.UnixMilli() - epoch
	if ms < 0 {
		ms = 0
	}
	return strconv.FormatInt(ms<<22, 10)
}

// Find looks for a message that was sent with this delivery id since then, by its mark.
func (d *Discord) Find(ctx context.Context, to bot.Conversation, deliveryID string, since time.Time) (bot.Posted, bool, error) {
	if err := d.takes(to); err != nil || deliveryID == "" {
		if to.Channel == bot.HomePlace {
			err = nil
		}
		return bot.Posted{}, false, err
	}
	address := discordgo.EndpointChannelMessages(to.Channel)
	query := url.Values{"limit": {strconv.Itoa(pageSize)}, "after": {snowflake(since)}}
	for range mostPages {
		var got []json.RawMessage
		if err := d.callIn(ctx, http.MethodGet, address+"?"+query.Encode(), address, nil, nil, &got); err != nil {
			return bot.Posted{}, false, refusal("read back", err)
		}
		last := ""
		for _, raw := range got {
			var id struct{ ID string }
			if json.Unmarshal(raw, &id) == nil && olderID(last, id.ID) {
				last = id.ID
			}
			// What others write may have parts that are unknown here, and is passed over.
			var m discordgo.Message
			if json.Unmarshal(raw, &m) != nil || m.Author == nil || m.Author.ID != d.self() {
				continue
			}
			if deliveryOf(&m) == deliveryID {
				return bot.Posted{In: to, ID: m.ID}, true, nil
			}
		}
		if len(got) < pageSize || last == "" {
			break
		}
		query.Set("after", last)
	}
	return bot.Posted{}, false, nil
}

// olderID tells whether one id was given before the other.
func olderID(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// DM returns the direct-message conversation with somebody. It is opened once and remembered.
func (d *Discord) DM(ctx context.Context, who bot.Identity) (bot.Conversation, error) {
	out := bot.Conversation{Workspace: who.Workspace, Private: true}
	if known, ok := d.dms.Load(who.User); ok {
		out.Channel, _ = known.(string)
		return out, nil
	}
	if !digitsAlone.MatchString(who.User) {
		return bot.Conversation{}, &bot.SendError{Permanent: true, Reason: remedies[discordgo.ErrCodeUnknownUser]}
	}
	var c discordgo.Channel
	if err := d.call(ctx, http.MethodPost, discordgo.EndpointUserChannels("@me"), map[string]string{"recipient_id": who.User}, &c); err != nil {
		return bot.Conversation{}, refusal("open direct messages", err)
	}
	if c.ID == "" {
		return bot.Conversation{}, errors.New("discord: open direct messages: the answer names no conversation")
	}
	d.dms.Store(who.User, c.ID)
	d.rooms.Store(c.ID, true)
	out.Channel = c.ID
	return out, nil
}

// Profile returns what Discord knows of somebody in a guild. Who left it has no access any more.
func (d *Discord) Profile(ctx context.Context, who bot.Identity) (bot.Profile, error) {
	guild := guildOf(who.Workspace)
	if guild == "" || !digitsAlone.MatchString(who.User) {
		return bot.Profile{}, &bot.SendError{Permanent: true, Reason: remedies[discordgo.ErrCodeUnknownUser]}
	}
	var m member
	address := discordgo.EndpointGuildMember(guild, who.User)
	err := d.callIn(ctx, http.MethodGet, address, discordgo.EndpointGuildMember(guild, ""), nil, nil, &m)
	if codeOf(err) == discordgo.ErrCodeUnknownMember {
		var u user
		if err := d.callIn(ctx, http.MethodGet, discordgo.EndpointUser(who.User), discordgo.EndpointUsers, nil, nil, &u); err != nil {
			return bot.Profile{}, refusal("read a profile", err)
		}
		return bot.Profile{Name: u.name(), Robot: u.Bot}, nil
	}
	if err != nil {
		return bot.Profile{}, refusal("read a profile", err)
	}
	return m.profile(), nil
}

// download fetches a file that somebody sent, from Discord alone.
func (d *Discord) download(ctx context.Context, f commandFile) (bot.Upload, error) {
	up := bot.Upload{Name: f.Name, MediaType: f.MediaType}
	if f.Size > bot.MaxUpload {
		// One byte too much is refused by the field, with what works.
		up.Data = make([]byte, bot.MaxUpload+1)
		return up, nil
	}
	if !d.trusted(f.URL) {
		return bot.Upload{}, errors.New("fetch a file: its address is not one of Discord's")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return bot.Upload{}, errors.New("fetch a file: its address is not one")
	}
	resp, err := d.files.Do(req)
	if err != nil {
		return bot.Upload{}, fmt.Errorf("fetch a file: %w", cause(ctx, errors.New("it was not delivered")))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return bot.Upload{}, fmt.Errorf("fetch a file: status %d", resp.StatusCode)
	}
	if up.Data, err = io.ReadAll(io.LimitReader(resp.Body, bot.MaxUpload+1)); err != nil {
		return bot.Upload{}, errors.New("fetch a file: it broke off")
	}
	return up, nil
}

// trusted tells whether an address is where Discord keeps files.
func (d *Discord) trusted(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	if api, err := url.Parse(d.cfg.APIURL); err == nil && u.Host == api.Host && u.Scheme == api.Scheme {
		return true
	}
	return u.Scheme == "https" && (u.Host == "cdn.discordapp.com" || u.Host == "media.discordapp.net")
}

const asksToWait = "Discord asks me to wait"

// codeOf returns the code of an error of Discord's, 0 for any other.
func codeOf(err error) int {
	if said, ok := errors.AsType[*discordgo.RESTError](err); ok && said.Message != nil {
		return said.Message.Code
	}
	return 0
}

// refusal turns an error of Discord's API into a SendError where Discord said no, so that nothing came
// of the call. What may have arrived all the same stays another error.
func refusal(act string, err error) error {
	if limited, ok := errors.AsType[*discordgo.RateLimitError](err); ok {
		return &bot.SendError{Reason: asksToWait, RetryAfter: max(limited.RetryAfter, time.Second), Err: errors.New("429")}
	}
	if _, ok := errors.AsType[*bot.SendError](err); ok {
		return err
	}
	said, ok := errors.AsType[*discordgo.RESTError](err)
	if !ok || said.Response == nil {
		return fmt.Errorf("discord: %s: %w", act, withoutBody(err))
	}
	status, code := said.Response.StatusCode, codeOf(err)
	cause := fmt.Errorf("status %d, code %d", status, code)
	switch {
	case status >= http.StatusInternalServerError:
		return fmt.Errorf("discord: %s: %w", act, cause)
	case status == http.StatusUnauthorized:
		return &bot.SendError{Reason: "Discord refuses my token. hirebot doctor says what to do", RetryAfter: operatorWait, Err: cause}
	case waits[code]:
		return &bot.SendError{Reason: asksToWait, RetryAfter: time.Minute, Err: cause}
	}
	reason := remedies[code]
	if reason == "" {
		reason = fmt.Sprintf("Discord refuses to %s (%d)", act, code)
	}
	return &bot.SendError{Permanent: true, Closed: code == discordgo.ErrCodeCannotSendMessagesToThisUser, Reason: reason, Err: cause}
}

// withoutBody returns an error without what discordgo quotes of the answer, which may hold what people
// wrote.
func withoutBody(err error) error {
	if _, ok := errors.AsType[*url.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return errors.New("the answer cannot be used")
}

// operatorWait is how long what waits to be sent waits for whoever runs the bot to mend it.
const operatorWait = 5 * time.Minute

// waits are errors that pass by themselves: slow mode, and too many of something.
var waits = map[int]bool{20016: true, 20022: true, 20028: true, 20029: true, 40004: true}

// remedies say in one line what to do about an error of Discord's.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
var remedies = map[int]string{
	discordgo.ErrCodeUnknownChannel:               "I cannot see that channel any more. Set another one with /hire settings",
	discordgo.ErrCodeUnknownGuild:                 "I am not in that server. Invite me with the link that hirebot manifest discord prints",
	discordgo.ErrCodeUnknownMember:                "That person is not in the server",
	discordgo.ErrCodeUnknownMessage:               "The message is gone",
	discordgo.ErrCodeUnknownUser:                  "Discord does not know that person",
	discordgo.ErrCodeMissingAccess:                "I cannot see that channel. Give my role the permission “View Channel” there",
	discordgo.ErrCodeMissingPermissions:           "I may not write in that channel. Give my role “Send Messages” and “Embed Links” there",
	discordgo.ErrCodeCannotSendMessagesToThisUser: "That person takes no direct messages from me",
	50033:  "Discord does not know that person",
	50278:  "That person is in no server with me any more",
	30046:  "The message is too old to be changed that often",
	50083:  "That thread is archived",
	160005: "That thread is locked",
}
