package playbooks

import (
	"bytes"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/hirebot/hirebot/hiring"
)

// Marshal writes a playbook as YAML that Parse reads back as the same playbook. Optional parts
// that are empty are left out.
func Marshal(p hiring.Playbook) ([]byte, error) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(playbookNode(p)); err != nil {
		return nil, fmt.Errorf("writing the playbook %s: %w", p.Key, err)
	}
	if err := encoder.Close(); err != nil {
		return nil, fmt.Errorf("writing the playbook %s: %w", p.Key, err)
	}
	return b.Bytes(), nil
}

// mapping is a YAML mapping while it is written; its fields stand in the order of adding.
type mapping struct{ node *yaml.Node }

func newMapping() mapping { return mapping{&yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}} }

func scalarNode(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}

// newTitled begins a mapping with what names most things: their key, title and aliases.
func newTitled(key, title string, aliases []string) mapping {
	m := newMapping()
	m.text("key", key)
	m.text("title", title)
	m.texts("aliases", aliases)
	return m
}

func (m mapping) add(field string, value *yaml.Node) {
	m.node.Content = append(m.node.Content, scalarNode("!!str", field), value)
}

// text adds a text, unless it is empty.
func (m mapping) text(field, value string) {
	if value != "" {
		m.add(field, scalarNode("!!str", value))
	}
}

func (m mapping) integer(field string, value int) {
	m.add(field, scalarNode("!!int", strconv.Itoa(value)))
}

// percents adds the two ends of what is added to a band.
func (m mapping) percents(low, high int) {
	m.integer("low_percent", low)
	m.integer("high_percent", high)
}

// texts adds a list of texts, unless it is empty.
func (m mapping) texts(field string, values []string) {
	addList(m, field, values, func(s string) *yaml.Node { return scalarNode("!!str", s) })
}

// addList adds a list, unless it is empty.
func addList[T any](m mapping, field string, items []T, node func(T) *yaml.Node) {
	if len(items) == 0 {
		return
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, item := range items {
		list.Content = append(list.Content, node(item))
	}
	m.add(field, list)
}

func months(n int) string {
	return hiring.Experience{MinMonths: n, MaxMonths: n}.String()
}

func playbookNode(p hiring.Playbook) *yaml.Node {
	m := newMapping()
	m.text("key", p.Key)
	m.text("title", p.Title)
	m.text("short", p.Short)
	m.texts("aliases", p.Aliases)
	m.text("country", p.Country)
	m.text("currency", p.Currency)
	m.text("summary", p.Summary)
	m.text("source", p.Source)
	if p.Effective != "" {
		m.add("effective", scalarNode("!!timestamp", p.Effective))
	}
	keys := make([]string, len(p.Levels))
	for i, l := range p.Levels {
		keys[i] = l.Key
	}
	addList(m, "levels", p.Levels, levelNode)
	addList(m, "premiums", p.Premiums, premiumNode)
	addList(m, "uplifts", p.Uplifts, upliftNode)
	addList(m, "ecosystems", p.Ecosystems, ecosystemNode)
	addList(m, "notes", p.Notes, noteNode)
	m.texts("common_skills", p.CommonSkills)
	m.texts("expected_skills", p.ExpectedSkills)
	if p.Degree.Common != "" {
		degree := newMapping()
		degree.text("common", p.Degree.Common)
		degree.texts("probe", p.Degree.Probe)
		m.add("degree", degree.node)
	}
	m.texts("certificates", p.Certificates)
	m.texts("market", p.Market)
	addList(m, "channels", p.Channels, channelNode)
	addList(m, "dimensions", p.Dimensions, func(d hiring.Dimension) *yaml.Node { return dimensionNode(d, keys) })
	m.texts("screening_focus", p.ScreeningFocus)
	addList(m, "stages", p.Stages, stageNode)
	m.texts("tips", p.Tips)
	m.texts("offer_guidelines", p.OfferGuidelines)
	return m.node
}

func levelNode(l hiring.Level) *yaml.Node {
	m := newTitled(l.Key, l.Title, l.Aliases)
	m.text("from", months(l.FromMonths))
	if l.ToMonths != 0 {
		m.text("to", months(l.ToMonths))
	}
	if l.Band != nil {
		band := newMapping()
		band.text("low", l.Band.Low.Short())
		band.text("high", l.Band.High.Short())
		if l.Band.OpenEnded {
			band.add("open_ended", scalarNode("!!bool", "true"))
		}
		m.add("band", band.node)
	}
	return m.node
}

func premiumNode(p hiring.Premium) *yaml.Node {
	m := newTitled(p.Key, p.Title, p.Aliases)
	m.percents(p.LowPercent, p.HighPercent)
	m.text("from_level", p.FromLevel)
	return m.node
}

func upliftNode(u hiring.Uplift) *yaml.Node {
	m := newTitled(u.Key, u.Title, u.Aliases)
	m.percents(u.LowPercent, u.HighPercent)
	m.text("note", u.Note)
	return m.node
}

func ecosystemNode(e hiring.Ecosystem) *yaml.Node {
	m := newTitled(e.Key, e.Title, e.Aliases)
	m.text("where", e.Where)
	m.texts("skills", e.Skills)
	return m.node
}

func noteNode(n hiring.Note) *yaml.Node {
	m := newMapping()
	m.text("kind", string(n.Kind))
	m.text("text", n.Text)
	m.texts("ecosystems", n.Ecosystems)
	return m.node
}

func channelNode(c hiring.Channel) *yaml.Node {
	m := newMapping()
	m.text("key", c.Key)
	m.text("name", c.Name)
	m.text("good_for", c.GoodFor)
	m.text("how", c.How)
	return m.node
}

func dimensionNode(d hiring.Dimension, levels []string) *yaml.Node {
	m := newMapping()
	m.text("key", d.Key)
	m.text("title", d.Title)
	m.text("what", d.What)
	m.texts("anchors", d.Anchors)
	if len(d.Weights) > 0 {
		weights := newMapping()
		for _, level := range levels { // in the order of the levels, lowest first
			if w, ok := d.Weights[level]; ok {
				weights.integer(level, w)
			}
		}
		m.add("weights", weights.node)
	}
	return m.node
}

func stageNode(s hiring.Stage) *yaml.Node {
	m := newTitled(s.Key, s.Title, s.Aliases)
	m.integer("minutes", s.Minutes)
	m.text("from_level", s.FromLevel)
	m.texts("dimensions", s.Dimensions)
	addList(m, "questions", s.Questions, func(q hiring.Question) *yaml.Node {
		n := newMapping()
		n.text("text", q.Text)
		n.text("strong", q.Strong)
		n.text("from_level", q.FromLevel)
		return n.node
	})
	return m.node
}
