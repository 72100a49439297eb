package playbooks

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/hirebot/hirebot/hiring"
)

// MaxFile is the size, in bytes, of the largest playbook file that is read: 256 KiB.
const MaxFile = 256 << 10

// Limits of a playbook. Keys travel in the ids of buttons, which are short; lists are shown as
// menus, of which the smallest platform allows 25 entries.
const (
	maxRoleKey    = 24
	maxLevelKey   = 8
	maxSystemKey  = 8
	maxPremiumKey = 12
	maxOtherKey   = 16
	maxTitle      = 60   // characters
	maxText       = 1000 // characters
	maxList       = 25
	maxLevels     = 10
	maxPremiums   = 10
	maxPercent    = 200
	maxMinutes    = 8 * 60
	maxWeight     = 100
	maxPerStage   = 4 // more dimensions than four cannot be rated well in one interview
)

// Problem is one mistake in a playbook file. Line is counted from 1; 0 is the file as a whole.
// Field is the way to the value, such as "levels[2].band.low".
type Problem struct {
	File           string
	Line           int
	Field, Message string
}

// String returns the problem as one line: "backend.yaml:12: levels[2].band.low: …".
func (p Problem) String() string {
	text := p.File
	if p.Line > 0 {
		text += ":" + strconv.Itoa(p.Line)
	}
	if p.Field != "" {
		text += ": " + p.Field
	}
	return text + ": " + p.Message
}

// Parse reads a playbook from YAML; name is the file's name, for the problems. All mistakes are
// returned together, in the order of the file, and with any mistake no playbook is. Anchors,
// aliases and tags of YAML are refused.
func Parse(name string, data []byte) (hiring.Playbook, []Problem) {
	r := &reader{file: name}
	root := r.document(data)
	if root == nil {
		return hiring.Playbook{}, r.problems
	}
	p := r.playbook(root)
	if len(r.problems) == 0 {
		return p, nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(a.Line-b.Line, strings.Compare(a.Field, b.Field))
	})
	return hiring.Playbook{}, r.problems
}

// reader collects the problems of one file.
type reader struct {
	file     string
	problems []Problem
}

func (r *reader) wrong(line int, field, format string, args ...any) {
	r.problems = append(r.problems, Problem{r.file, line, field, fmt.Sprintf(format, args...)})
}

var syntaxErrorLine = regexp.MustCompile(`line (\d+): `)

// document returns the mapping at the root of the file, or nil with the problems added.
func (r *reader) document(data []byte) *yaml.Node {
	switch {
	case len(data) > MaxFile:
		r.wrong(0, "", "The file is larger than %d KiB.", MaxFile>>10)
		return nil
	case !utf8.Valid(data):
		r.wrong(0, "", "The file is not UTF-8 text.")
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		r.wrong(0, "", "The file is empty.")
		return nil
	} else if err != nil {
		r.syntaxError(err)
		return nil
	}
	if err := decoder.Decode(&more); err == nil {
		r.wrong(more.Line, "", "The file holds more than one YAML document.")
		return nil
	} else if !errors.Is(err, io.EOF) {
		r.syntaxError(err)
		return nil
	}
	r.plain(&doc)
	if len(r.problems) > 0 {
		return nil
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		r.wrong(1, "", "A playbook is a mapping: it starts with \"key:\".")
		return nil
	}
	return doc.Content[0]
}

// syntaxError adds what the YAML library says. It counts the lines of some errors from 0 and of
// others from 1 and does not tell which, so the message says that the next line may be meant.
func (r *reader) syntaxError(err error) {
	message, line := strings.TrimPrefix(err.Error(), "yaml: "), 0
	if m := syntaxErrorLine.FindStringSubmatchIndex(message); m != nil {
		if n, err := strconv.Atoi(message[m[2]:m[3]]); err == nil {
			line = n
			message = message[:m[0]] + message[m[1]:]
			r.wrong(line, "", "The file is not YAML, here or in the next line: %s", message)
			return
		}
	}
	r.wrong(line, "", "The file is not YAML: %s", message)
}

// plain refuses what makes one part of a YAML file stand for another.
func (r *reader) plain(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode:
		r.wrong(n.Line, "", "YAML aliases (*%s) are not read here. Write the value out.", n.Value)
		return
	case n.Anchor != "":
		r.wrong(n.Line, "", "YAML anchors (&%s) are not read here. Write the value out where it is needed.", n.Anchor)
	}
	if n.Style&yaml.TaggedStyle != 0 {
		r.wrong(n.Line, "", "YAML tags (%s) are not read here.", n.Tag)
	}
	for _, c := range n.Content {
		r.plain(c)
	}
}

// object is a mapping of the file while it is read. What is not asked for is an unknown field.
type object struct {
	r      *reader
	node   *yaml.Node
	path   string
	values map[string]*yaml.Node
	lines  map[string]int
	asked  []string
}

func (r *reader) object(n *yaml.Node, path string) (*object, bool) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n.Line, path, "It must be a mapping with named fields.")
		return nil, false
	}
	o := &object{r: r, node: n, path: path, values: map[string]*yaml.Node{}, lines: map[string]int{}}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			r.wrong(key.Line, path, "The name of a field must be a plain word.")
			continue
		}
		if _, twice := o.values[key.Value]; twice {
			r.wrong(key.Line, o.at(key.Value), "It stands there twice.")
			continue
		}
		o.values[key.Value], o.lines[key.Value] = value, key.Line
	}
	return o, true
}

// close reports the fields that nobody asked for.
func (o *object) close() {
	for i := 0; i+1 < len(o.node.Content); i += 2 {
		key := o.node.Content[i]
		if key.Kind == yaml.ScalarNode && !slices.Contains(o.asked, key.Value) && o.values[key.Value] == o.node.Content[i+1] {
			o.r.wrong(key.Line, o.at(key.Value), "The field is not known. Fields here: %s.", strings.Join(o.asked, ", "))
		}
	}
}

func (o *object) at(field string) string {
	if o.path == "" {
		return field
	}
	return o.path + "." + field
}

func (o *object) wrong(field, format string, args ...any) {
	line := o.node.Line
	if n, ok := o.values[field]; ok {
		line = n.Line
	}
	o.r.wrong(line, o.at(field), format, args...)
}

// get returns the value of a field, or nil with a problem if it is required and not there.
func (o *object) get(field string, required bool) *yaml.Node {
	o.asked = append(o.asked, field)
	n, ok := o.values[field]
	if !ok {
		if required {
			o.r.wrong(o.node.Line, o.at(field), "It is missing.")
		}
		return nil
	}
	return n
}

// scalar returns the text of a plain value, or "" with a problem.
func (r *reader) scalar(n *yaml.Node, path string) string {
	if n.Kind != yaml.ScalarNode {
		r.wrong(n.Line, path, "It must be one plain value.")
		return ""
	}
	text := strings.Join(strings.Fields(n.Value), " ")
	if text == "" || n.ShortTag() == "!!null" {
		r.wrong(n.Line, path, "It is empty. Give it a value, or take the field away if it is optional.")
		return ""
	}
	return text
}

// text returns a text in one paragraph, or "" with a problem.
func (r *reader) text(n *yaml.Node, path string, most int) string {
	text := r.scalar(n, path)
	switch {
	case text == "":
	case n.ShortTag() != "!!str":
		r.wrong(n.Line, path, "It must be text. Put it into quotes: \"%s\".", text)
	case utf8.RuneCountInString(text) > most:
		r.wrong(n.Line, path, "It is longer than %d characters.", most)
	case strings.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) || c == '\ufeff' }):
		r.wrong(n.Line, path, "It holds characters that cannot be printed.")
	default:
		return text
	}
	return ""
}

func (o *object) text(field string, required bool, most int) string {
	if n := o.get(field, required); n != nil {
		return o.r.text(n, o.at(field), most)
	}
	return ""
}

var keyForm = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// key returns the object's own key, or "" with a problem.
func (o *object) key(most int) string {
	n := o.get("key", true)
	if n == nil {
		return ""
	}
	key := o.r.text(n, o.at("key"), maxText)
	switch {
	case key == "":
	case !keyForm.MatchString(key):
		o.wrong("key", "%q is no key: it starts with a letter, and has lower-case letters, digits and hyphens.", key)
	case len(key) > most:
		o.wrong("key", "%q is longer than %d characters.", key, most)
	default:
		return key
	}
	return ""
}

// each calls read for every item of a list.
func (o *object) each(field string, required bool, most int, read func(n *yaml.Node, path string)) {
	n := o.get(field, required)
	switch {
	case n == nil:
	case n.Kind != yaml.SequenceNode:
		o.wrong(field, "It must be a list: each item starts with \"- \".")
	case len(n.Content) == 0:
		o.wrong(field, "The list is empty. Give it an item, or take the field away if it is optional.")
	case len(n.Content) > most:
		o.wrong(field, "It has %d items; %d are the most.", len(n.Content), most)
	default:
		for i, item := range n.Content {
			read(item, fmt.Sprintf("%s[%d]", o.at(field), i))
		}
	}
}

// objects calls read for every item of a list of mappings.
func (o *object) objects(field string, required bool, most int, read func(*object)) {
	o.each(field, required, most, func(n *yaml.Node, path string) {
		if item, ok := o.r.object(n, path); ok {
			read(item)
			item.close()
		}
	})
}

// texts returns a list of different texts.
func (o *object) texts(field string, required bool, most int) []string {
	var texts []string
	o.each(field, required, maxList, func(n *yaml.Node, path string) {
		text := o.r.text(n, path, most)
		if text != "" && slices.Contains(texts, text) {
			o.r.wrong(n.Line, path, "%q stands in the list twice.", text)
			return
		}
		texts = append(texts, text)
	})
	return texts
}

func (o *object) integer(field string, required bool, least, most int) int {
	if n := o.get(field, required); n != nil {
		return o.r.integer(n, o.at(field), least, most)
	}
	return 0
}

func (r *reader) integer(n *yaml.Node, path string, least, most int) int {
	text := r.scalar(n, path)
	if text == "" {
		return 0
	}
	v, err := strconv.Atoi(text)
	switch {
	case err != nil || n.ShortTag() != "!!int":
		r.wrong(n.Line, path, "%q is not a whole number.", text)
	case v < least || v > most:
		r.wrong(n.Line, path, "%d is not between %d and %d.", v, least, most)
	default:
		return v
	}
	return 0
}

// rupees returns an amount a year, or 0 with a problem.
func (o *object) rupees(field string) hiring.Rupees {
	n := o.get(field, true)
	if n == nil {
		return 0
	}
	text := o.r.scalar(n, o.at(field))
	if text == "" {
		return 0
	}
	amount, err := hiring.ParseRupees(text)
	if err != nil {
		o.wrong(field, "%s", message(err))
		return 0
	}
	return amount
}

// months returns a length of experience in months, or -1 with a problem.
func (o *object) months(field string, required bool) int {
	n := o.get(field, required)
	if n == nil {
		return -1
	}
	text := o.r.scalar(n, o.at(field))
	if text == "" {
		return -1
	}
	e, err := hiring.ParseExperience(text)
	switch {
	case err != nil:
		o.wrong(field, "%s", message(err))
	case e.OpenEnded || e.MinMonths != e.MaxMonths:
		o.wrong(field, "%q must be a single length of time, like 3y.", text)
	default:
		return e.MinMonths
	}
	return -1
}

// message returns the part of a domain error that is meant for people.
func message(err error) string {
	if e, ok := errors.AsType[*hiring.Error](err); ok {
		return e.Message()
	}
	return err.Error()
}

// date returns a date as YYYY-MM-DD, or "" with a problem.
func (o *object) date(field string) string {
	n := o.get(field, true)
	if n == nil {
		return ""
	}
	text := o.r.scalar(n, o.at(field))
	if _, err := time.Parse(time.DateOnly, text); text != "" && err != nil {
		o.wrong(field, "%q is no date. Write it like 2026-01-31.", text)
		return ""
	}
	return text
}

// percents returns the ends of a range of percents.
func (o *object) percents() (low, high int) {
	before := len(o.r.problems)
	low = o.integer("low_percent", true, 0, maxPercent)
	high = o.integer("high_percent", true, 0, maxPercent)
	if len(o.r.problems) == before && low > high {
		o.wrong("high_percent", "%d is below low_percent, %d.", high, low)
	}
	return low, high
}

// words sees to it that no word means two things of the playbook.
type words struct {
	r     *reader
	taken map[string]string // folded word: what it means
}

func (r *reader) words() *words { return &words{r, map[string]string{}} }

// claim takes the key, the title and the aliases of an object for what it is.
func (w *words) claim(o *object, what, key, title string, aliases []string) {
	meaning := what + " " + key
	mine := map[string]bool{}
	take := func(line int, path, word string) {
		folded := hiring.Fold(word)
		if folded == "" || mine[folded] && path != o.at("key") {
			return
		}
		mine[folded] = true
		if other, taken := w.taken[folded]; taken {
			w.r.wrong(line, path, "%q means %s already.", word, other)
			return
		}
		w.taken[folded] = meaning
	}
	for _, v := range []struct{ field, word string }{{"key", key}, {"title", title}, {"name", title}} {
		if n, ok := o.values[v.field]; ok && v.word != "" {
			take(n.Line, o.at(v.field), v.word)
		}
	}
	if n, ok := o.values["aliases"]; ok && n.Kind == yaml.SequenceNode && len(n.Content) == len(aliases) {
		for i, alias := range aliases {
			take(n.Content[i].Line, fmt.Sprintf("%s[%d]", o.at("aliases"), i), alias)
		}
	}
}

// reference checks a key that another part of the playbook has to have.
func (r *reader) reference(line int, path, key, what string, known []string) {
	if key != "" && !slices.Contains(known, key) {
		r.wrong(line, path, "%q is no %s of this playbook. Known: %s.", key, what, strings.Join(known, ", "))
	}
}

// level returns the key of a level of the playbook, or "".
func (o *object) level(field string, known []string) string {
	key := o.text(field, false, maxTitle)
	if n := o.values[field]; n != nil {
		o.r.reference(n.Line, o.at(field), key, "level", known)
	}
	return key
}

// references returns a list of keys that another part of the playbook has to have.
func (o *object) references(field string, required bool, most int, what string, known []string) []string {
	list := o.texts(field, required, maxTitle)
	n := o.values[field]
	if len(list) > most {
		o.wrong(field, "It has %d items; %d are the most.", len(list), most)
	}
	for i, key := range list {
		if len(n.Content) == len(list) {
			o.r.reference(n.Content[i].Line, fmt.Sprintf("%s[%d]", o.at(field), i), key, what, known)
		}
	}
	return list
}
