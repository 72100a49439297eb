package discordtest

import (
	"fmt"
	"maps"
	"time"
)

// The types of interactions.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type
const (
	kindPing      = 1
	kindCommand   = 2
	kindComponent = 3
	kindSuggest   = 4
	kindModal     = 5
)

// The types of first answers.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
const (
	answerPong        = 1
	answerMessage     = 4
	answerDeferred    = 5
	answerDeferUpdate = 6
	answerUpdate      = 7
	answerChoices     = 8
	answerModal       = 9
)

// interaction is something that somebody did and that waits for an answer.
type interaction struct {
	id, token, user string
	kind            int
	room            *room
	at              time.Time
	// source is the message whose component was used, or out of which the modal came that was sent off.
	source *message
	// again is true where it was delivered more than once: then an app cannot know that it has answered.
	again bool
	void  bool
	// refused is true once an answer was refused: another may follow, or none.
	refused bool
	// first is the type of its first answer, 0 while there is none, original the message of that.
	first    int
	original *message
	// waiting is how many HTTP deliveries of it are under way, whose response may be the first answer.
	waiting int
	// modal and choices are what the first answer brought.
	modal   object
	choices []object
	// sent are the messages that can be reached through its token.
	sent []*message
}

// callbackSchemas name the description of each first answer.
var callbackSchemas = map[int]string{
	answerPong: "PongInteractionCallbackRequest", answerMessage: "CreateMessageInteractionCallbackRequest",
	answerDeferred: "CreateMessageInteractionCallbackRequest", answerDeferUpdate: "UpdateMessageInteractionCallbackRequest",
	answerUpdate: "UpdateMessageInteractionCallbackRequest", answerChoices: "ApplicationCommandAutocompleteCallbackRequest",
	answerModal: "ModalInteractionCallbackRequest",
}

// callback takes the first answer to an interaction.
// https://docs.discord.com/developers/interactions/receiving-and-responding#create-interaction-response
func (c *call) callback() reply {
	i := c.given[c.path("interaction")]
	if i == nil || i.token != c.path("token") {
		c.violation("%s: there is no such interaction", c.route)
		return refuse(codeUnknownInteraction)
	}
	if refused := c.firstAnswer(i); refused != nil {
		i.refused = true
		return *refused
	}
	if c.request.URL.Query().Get("with_response") != "true" {
		return nothing()
	}
	o := object{"id": i.id, "type": i.kind, "response_message_loading": i.original != nil && i.original.Loading}
	resource := object{"type": i.first}
	if i.original != nil {
		o["response_message_id"], o["response_message_ephemeral"] = i.original.ID, i.original.For != ""
		resource["message"] = c.messageObject(i.room, i.original)
	}
	return ok(object{"interaction": o, "resource": resource})
}

// firstAnswer does what a first answer says, or refuses it.
func (c *call) firstAnswer(i *interaction) *reply {
	what := fmt.Sprintf("the answer to %s", kindNames[i.kind])
	fail := func(r reply) *reply { return &r }
	late := c.o.Clock().Sub(i.at)
	switch {
	case i.void:
		return fail(refuse(codeUnknownInteraction))
	case i.first != 0:
		if !i.again {
			c.violation("%s: it is answered already", what)
		}
		return fail(refuse(codeAcknowledged))
	case late > answerLife:
		c.violation("%s comes after %v", what, late)
		i.void = true
		return fail(refuse(codeUnknownInteraction))
	}
	kind := whole(c.body, "type")
	name, known := callbackSchemas[kind]
	if !known {
		c.violation("%s is of type %v", what, c.body["type"])
		return fail(invalid([]problem{{"/type", "this field is required"}}))
	}
	described := maps.Clone(c.body)
	described["data"] = withTextIDs(c.body["data"])
	if c.body["data"] == nil {
		delete(described, "data")
	}
	c.violations(what, c.schema.check(componentSchema(name), described))
	if reason := i.forbids(kind); reason != "" {
		c.violation("%s: %s", what, reason)
		return fail(invalid([]problem{{"/type", reason}}))
	}
	if code, problems := c.takeFirst(what, i, kind, in(c.body, "data")); code != 0 {
		return fail(c.refuseMessage(code, problems))
	}
	i.first = kind
	return nil
}

var kindNames = map[int]string{
	kindPing: "a ping", kindCommand: "a command", kindComponent: "a component", kindSuggest: "an autocomplete", kindModal: "a modal",
}

// forbids says why a type of answer is none for an interaction.
func (i *interaction) forbids(kind int) string {
	switch {
	case (i.kind == kindPing) != (kind == answerPong):
		return "a ping, and nothing else, is answered with a pong"
	case (i.kind == kindSuggest) != (kind == answerChoices):
		return "an autocomplete, and nothing else, is answered with choices"
	case kind == answerModal && i.kind == kindModal:
		return "a modal cannot be answered with a modal"
	case (kind == answerDeferUpdate || kind == answerUpdate) && i.source == nil:
		return "there is no message to update: it came out of no component"
	}
	return ""
}

// takeFirst shows a first answer.
func (c *call) takeFirst(what string, i *interaction, kind int, data object) (int, []problem) {
	switch kind {
	case answerChoices:
		problems := checkChoices(data)
		if len(problems) > 0 {
			return codeInvalidForm, problems
		}
		i.choices = objects(data["choices"])
	case answerModal:
		if problems := checkModal(data); len(problems) > 0 {
			return codeInvalidForm, problems
		}
		i.modal = data
	case answerDeferUpdate:
		c.own(i, i.source)
	case answerUpdate:
		if code, problems := c.compose(i.room, i.source, data, c.files); code != 0 {
			return code, problems
		}
		i.source.Loading, i.source.Edited = false, c.o.Clock()
		c.own(i, i.source)
		c.noFilesLocked(what, i.room, i.source)
		c.changeLocked(i.source)
	case answerMessage, answerDeferred:
		m := &message{User: c.o.BotUser, By: i, Loading: kind == answerDeferred}
		if whole(data, "flags")&flagEphemeral != 0 {
			m.For = i.user
		}
		if kind == answerMessage {
			if code, problems := c.compose(i.room, m, data, c.files); code != 0 {
				return code, problems
			}
			c.noFilesLocked(what, i.room, m)
		}
		c.sayLocked(i.room, m)
		c.own(i, m)
	}
	return 0, nil
}

// own makes a message the original of an interaction.
func (*call) own(i *interaction, m *message) {
	i.original = m
	i.sent = append(i.sent, m)
}

// awaitFirst waits while the response to an HTTP delivery is under way: the app may have sent it before
// the call that is to be answered now.
func (s *Server) awaitFirst(c *call) {
	token := c.path("token")
	if token == "" || c.path("interaction") != "" {
		return
	}
	s.changed.Await(func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		i := s.byTokenLocked(token)
		return i == nil || i.waiting == 0 || i.first != 0 || s.closed
	})
}

func (s *Server) byTokenLocked(token string) *interaction {
	for _, i := range s.given {
		if i.token == token {
			return i
		}
	}
	return nil
}

// answered returns the interaction whose token the path bears.
func (c *call) answered() (*interaction, *reply) {
	i := c.byTokenLocked(c.path("token"))
	var refused reply
	switch {
	case c.path("app") != c.o.AppID || i == nil:
		c.violation("%s: there is no such webhook", c.route)
		refused = refuse(codeUnknownWebhook)
	case c.o.Clock().Sub(i.at) > tokenLife:
		refused = refuse(codeInvalidToken)
	case i.first == 0:
		if !i.void && !i.again {
			c.violation("%s: %s has no first answer yet", c.route, kindNames[i.kind])
		}
		refused = refuse(codeUnknownWebhook)
	case i.kind == kindSuggest:
		c.violation("%s: an autocomplete is answered once", c.route)
		refused = refuse(codeUnknownWebhook)
	default:
		return i, nil
	}
	return nil, &refused
}

// followUp says more about an interaction.
// https://docs.discord.com/developers/interactions/receiving-and-responding#create-followup-message
func (c *call) followUp() reply {
	i, refused := c.answered()
	if refused != nil {
		return *refused
	}
	if i.original != nil && i.original.Loading {
		// Discord takes it for the deferred answer, whatever it says about who sees it.
		c.violation("%s: the deferred answer waits, and is filled in by changing @original", c.route)
		return c.edit(i.room, i.original)
	}
	m := &message{User: c.o.BotUser, By: i}
	if whole(c.body, "flags")&flagEphemeral != 0 {
		m.For = i.user
	}
	if code, problems := c.compose(i.room, m, c.body, c.files); code != 0 {
		return c.refuseMessage(code, problems)
	}
	c.noFilesLocked(c.route, i.room, m)
	c.sayLocked(i.room, m)
	i.sent = append(i.sent, m)
	if m.For == "" {
		c.dispatchLocked(intentFor(i.room), "MESSAGE_CREATE", c.eventMessage(i.room, m))
	}
	return ok(c.messageObject(i.room, m))
}

// answer returns the message of the path that can be reached through the token.
func (c *call) answer() (*interaction, *message, *reply) {
	i, refused := c.answered()
	if refused != nil {
		return nil, nil, refused
	}
	if c.path("message") == "@original" {
		if m := i.original; m != nil && i.room.find(m.ID) != nil {
			return i, m, nil
		}
	}
	for _, m := range i.sent {
		if m.ID == c.path("message") && i.room.find(m.ID) != nil {
			return i, m, nil
		}
	}
	gone := refuse(codeUnknownMessage)
	return nil, nil, &gone
}

func (c *call) getAnswer() reply {
	i, m, refused := c.answer()
	if refused != nil {
		return *refused
	}
	return ok(c.messageObject(i.room, m))
}

func (c *call) editAnswer() reply {
	i, m, refused := c.answer()
	if refused != nil {
		return *refused
	}
	return c.edit(i.room, m)
}

func (c *call) deleteAnswer() reply {
	i, m, refused := c.answer()
	if refused != nil {
		return *refused
	}
	i.room.remove(m)
	if i.original == m {
		i.original = nil // what is said now is said by itself
	}
	return nothing()
}
