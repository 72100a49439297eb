package playbooks

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/hirebot/hirebot/hiring"
)

// playbook reads the fields of a playbook in the order in which Marshal writes them.
func (r *reader) playbook(root *yaml.Node) hiring.Playbook {
	o, ok := r.object(root, "")
	if !ok {
		return hiring.Playbook{}
	}
	defer o.close()
	p := hiring.Playbook{
		Key:      o.key(maxRoleKey),
		Title:    o.text("title", true, maxTitle),
		Short:    o.text("short", false, maxTitle),
		Aliases:  o.texts("aliases", false, maxTitle),
		Country:  o.text("country", true, maxTitle),
		Currency: o.text("currency", true, maxTitle),
	}
	if p.Currency != "" && p.Currency != "INR" {
		o.wrong("currency", "%q is not supported: amounts are rupees, INR.", p.Currency)
	}
	p.Summary = o.text("summary", true, maxText)
	p.Source = o.text("source", true, maxText)
	p.Effective = o.date("effective")

	// A person may write "senior java +cloud" in any order: levels, ecosystems and premiums
	// therefore share their words.
	asked := r.words()
	p.Levels = o.levels(asked)
	levels := keysOf(p.Levels, func(l hiring.Level) string { return l.Key })
	p.Premiums = o.premiums(asked, levels)
	p.Uplifts = o.uplifts()
	p.Ecosystems = o.ecosystems(asked)
	p.Notes = o.notes(keysOf(p.Ecosystems, func(e hiring.Ecosystem) string { return e.Key }))
	p.CommonSkills = o.texts("common_skills", false, maxText)
	p.ExpectedSkills = o.texts("expected_skills", false, maxText)
	p.Degree = o.degree()
	p.Certificates = o.texts("certificates", false, maxText)
	p.Market = o.texts("market", false, maxText)
	p.Channels = o.channels()
	p.Dimensions = o.dimensions(levels)
	dimensions := keysOf(p.Dimensions, func(d hiring.Dimension) string { return d.Key })
	p.ScreeningFocus = o.references("screening_focus", false, maxPerStage, "dimension", dimensions)
	p.Stages = o.stages(levels, dimensions)
	p.Tips = o.texts("tips", false, maxText)
	p.OfferGuidelines = o.texts("offer_guidelines", false, maxText)
	return p
}

func keysOf[T any](items []T, key func(T) string) []string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = key(item)
	}
	return all
}

// levels reads the levels and checks that they cover every length of experience once.
func (o *object) levels(asked *words) []hiring.Level {
	var levels []hiring.Level
	next := 0 // where the next level has to start; -1 after a mistake, 0 only at the start
	last := ""
	o.objects("levels", true, maxLevels, func(item *object) {
		l := hiring.Level{
			Key:        item.key(maxLevelKey),
			Title:      item.text("title", true, maxTitle),
			Aliases:    item.texts("aliases", false, maxTitle),
			FromMonths: item.months("from", true),
		}
		to := item.months("to", false)
		_, ends := item.values["to"]
		switch {
		case last == "open":
			item.wrong("from", "The level before has no end. Give it one: \"to\".")
		case l.FromMonths >= 0 && next >= 0 && l.FromMonths != next:
			item.wrong("from", "It must be %s: levels follow each other without gaps and overlaps, from 0y.", hiring.Experience{MinMonths: next, MaxMonths: next})
		}
		if to >= 0 && l.FromMonths >= 0 && to <= l.FromMonths {
			item.wrong("to", "The level ends before it has begun.")
		}
		last, next = "open", -1
		if ends {
			last, next = "closed", to
			l.ToMonths = max(to, 0)
		}
		l.Band = item.band()
		asked.claim(item, "level", l.Key, l.Title, l.Aliases)
		levels = append(levels, l)
	})
	if last == "closed" {
		n := o.values["levels"].Content
		o.r.wrong(n[len(n)-1].Line, fmt.Sprintf("levels[%d].to", len(n)-1), "The last level has no end: take \"to\" away, so that every experience has a level.")
	}
	return levels
}

func (o *object) band() *hiring.BandFigures {
	n := o.get("band", false)
	if n == nil {
		return nil
	}
	item, ok := o.r.object(n, o.at("band"))
	if !ok {
		return nil
	}
	defer item.close()
	b := hiring.BandFigures{Low: item.rupees("low"), High: item.rupees("high")}
	if b.Low > 0 && b.High > 0 && b.Low > b.High {
		item.wrong("high", "%s is below the low end, %s.", b.High, b.Low)
	}
	if n := item.get("open_ended", false); n != nil {
		if text := item.r.scalar(n, item.at("open_ended")); text != "" && n.ShortTag() != "!!bool" {
			item.wrong("open_ended", "%q is neither true nor false.", text)
		} else if text != "" && n.Decode(&b.OpenEnded) != nil {
			item.wrong("open_ended", "%q is neither true nor false.", text)
		}
	}
	return &b
}

func (o *object) premiums(asked *words, levels []string) []hiring.Premium {
	var premiums []hiring.Premium
	o.objects("premiums", false, maxPremiums, func(item *object) {
		p := hiring.Premium{
			Key:     item.key(maxPremiumKey),
			Title:   item.text("title", true, maxTitle),
			Aliases: item.texts("aliases", false, maxTitle),
		}
		p.LowPercent, p.HighPercent = item.percents()
		p.FromLevel = item.level("from_level", levels)
		asked.claim(item, "premium", p.Key, p.Title, p.Aliases)
		premiums = append(premiums, p)
	})
	return premiums
}

func (o *object) uplifts() []hiring.Uplift {
	var uplifts []hiring.Uplift
	words := o.r.words()
	o.objects("uplifts", false, maxPremiums, func(item *object) {
		u := hiring.Uplift{
			Key:     item.key(maxPremiumKey),
			Title:   item.text("title", true, maxTitle),
			Aliases: item.texts("aliases", false, maxTitle),
		}
		u.LowPercent, u.HighPercent = item.percents()
		u.Note = item.text("note", false, maxText)
		words.claim(item, "uplift", u.Key, u.Title, u.Aliases)
		uplifts = append(uplifts, u)
	})
	return uplifts
}

func (o *object) ecosystems(asked *words) []hiring.Ecosystem {
	var ecosystems []hiring.Ecosystem
	o.objects("ecosystems", false, maxList, func(item *object) {
		e := hiring.Ecosystem{
			Key:     item.key(maxSystemKey),
			Title:   item.text("title", true, maxTitle),
			Aliases: item.texts("aliases", false, maxTitle),
			Where:   item.text("where", true, maxText),
			Skills:  item.texts("skills", false, maxText),
		}
		asked.claim(item, "ecosystem", e.Key, e.Title, e.Aliases)
		ecosystems = append(ecosystems, e)
	})
	return ecosystems
}

func (o *object) notes(ecosystems []string) []hiring.Note {
	var notes []hiring.Note
	o.objects("notes", false, maxList, func(item *object) {
		n := hiring.Note{
			Kind:       hiring.NoteKind(item.text("kind", true, maxTitle)),
			Text:       item.text("text", true, maxText),
			Ecosystems: item.references("ecosystems", false, maxList, "ecosystem", ecosystems),
		}
		switch n.Kind {
		case "", hiring.PremiumNote, hiring.SegmentNote, hiring.RangeNote:
		default:
			item.wrong("kind", "%q is no kind of note. Known: %s, %s, %s.", string(n.Kind), hiring.PremiumNote, hiring.SegmentNote, hiring.RangeNote)
		}
		notes = append(notes, n)
	})
	return notes
}

func (o *object) degree() hiring.Degree {
	n := o.get("degree", false)
	if n == nil {
		return hiring.Degree{}
	}
	item, ok := o.r.object(n, o.at("degree"))
	if !ok {
		return hiring.Degree{}
	}
	defer item.close()
	return hiring.Degree{Common: item.text("common", true, maxText), Probe: item.texts("probe", false, maxText)}
}

func (o *object) channels() []hiring.Channel {
	var channels []hiring.Channel
	words := o.r.words()
	o.objects("channels", false, maxList, func(item *object) {
		c := hiring.Channel{
			Key:     item.key(maxOtherKey),
			Name:    item.text("name", true, maxTitle),
			GoodFor: item.text("good_for", true, maxText),
			How:     item.text("how", true, maxText),
		}
		words.claim(item, "channel", c.Key, c.Name, nil)
		channels = append(channels, c)
	})
	return channels
}

func (o *object) dimensions(levels []string) []hiring.Dimension {
	var dimensions []hiring.Dimension
	words := o.r.words()
	o.objects("dimensions", true, maxList, func(item *object) {
		d := hiring.Dimension{
			Key:     item.key(maxOtherKey),
			Title:   item.text("title", true, maxTitle),
			What:    item.text("what", true, maxText),
			Anchors: item.texts("anchors", true, maxText),
		}
		if n := item.values["anchors"]; n != nil && n.Kind == yaml.SequenceNode && len(n.Content) > 0 && len(n.Content) != hiring.MaxRating {
			item.wrong("anchors", "It has %d texts; it needs one for each rating, %d to %d.", len(n.Content), hiring.MinRating, hiring.MaxRating)
		}
		d.Weights = item.weights(levels)
		words.claim(item, "dimension", d.Key, d.Title, nil)
		dimensions = append(dimensions, d)
	})
	return dimensions
}

func (o *object) weights(levels []string) map[string]int {
	n := o.get("weights", false)
	if n == nil {
		return nil
	}
	item, ok := o.r.object(n, o.at("weights"))
	if !ok {
		return nil
	}
	if len(item.values) == 0 {
		o.wrong("weights", "It is empty. Give the weight of a level, or take the field away.")
		return nil
	}
	weights := map[string]int{}
	for level, value := range item.values {
		item.r.reference(item.lines[level], item.at(level), level, "level", levels)
		weights[level] = item.r.integer(value, item.at(level), 0, maxWeight)
	}
	return weights
}

func (o *object) stages(levels, dimensions []string) []hiring.Stage {
	var stages []hiring.Stage
	words := o.r.words()
	o.objects("stages", true, maxList, func(item *object) {
		s := hiring.Stage{
			Key:        item.key(maxOtherKey),
			Title:      item.text("title", true, maxTitle),
			Aliases:    item.texts("aliases", false, maxTitle),
			Minutes:    item.integer("minutes", true, 1, maxMinutes),
			FromLevel:  item.level("from_level", levels),
			Dimensions: item.references("dimensions", true, maxPerStage, "dimension", dimensions),
		}
		item.objects("questions", false, maxList, func(q *object) {
			s.Questions = append(s.Questions, hiring.Question{
				Text:      q.text("text", true, maxText),
				Strong:    q.text("strong", true, maxText),
				FromLevel: q.level("from_level", levels),
			})
		})
		words.claim(item, "stage", s.Key, s.Title, s.Aliases)
		stages = append(stages, s)
	})
	return stages
}
