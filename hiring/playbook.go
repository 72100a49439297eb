package hiring

import (
	"slices"
	"strings"
)

// Playbook is what a company knows about hiring for one role: levels and what they pay, skills,
// channels, the structured interview. Playbooks are data: the product ships some, a company
// copies, edits and replaces them. What package playbooks reads is valid: its levels cover every
// length of experience once, and every key that is referred to exists.
type Playbook struct {
	Key       string // lower-case letters, digits and hyphens; at most 24 characters
	Title     string
	Short     string // for headlines: "backend" for "Backend developer"
	Aliases   []string
	Country   string
	Currency  string // always INR so far
	Summary   string
	Source    string // where the figures come from
	Effective string // the date, YYYY-MM-DD, from which the figures hold

	Levels          []Level // ascending, without gaps, the last one open
	Premiums        []Premium
	Uplifts         []Uplift
	Notes           []Note
	Ecosystems      []Ecosystem
	CommonSkills    []string // required whatever the ecosystem
	ExpectedSkills  []string // expected of the role today
	Degree          Degree
	Certificates    []string // those that carry weight
	Market          []string // facts about the market
	Channels        []Channel
	Dimensions      []Dimension
	ScreeningFocus  []string // keys of the dimensions that screening looks at
	Stages          []Stage
	Tips            []string
	OfferGuidelines []string // what to say, and to put, into an offer
}

// Level is a step of seniority. FromMonths is included and ToMonths is not; ToMonths is 0 for the
// last level, which has no end.
type Level struct {
	Key, Title           string
	Aliases              []string
	FromMonths, ToMonths int
	Band                 *BandFigures // nil: no band is known
}

// Range returns the experience that the level covers, its end not included.
func (l Level) Range() Experience {
	if l.ToMonths == 0 {
		return Experience{MinMonths: l.FromMonths, MaxMonths: l.FromMonths, OpenEnded: true}
	}
	return Experience{MinMonths: l.FromMonths, MaxMonths: l.ToMonths}
}

// BandFigures are the ends of a salary band: cost to company, rupees a year. OpenEnded says that
// pay above High is usual ("90+").
type BandFigures struct {
	Low, High Rupees
	OpenEnded bool
}

// Premium is an addition to a band for rare skills, in percent of the band.
type Premium struct {
	Key, Title              string
	Aliases                 []string
	LowPercent, HighPercent int
	FromLevel               string // the lowest level it applies to; "" is any
}

// Uplift is an addition to a candidate's current pay for a kind of move, in percent of that pay.
type Uplift struct {
	Key, Title              string
	Aliases                 []string
	LowPercent, HighPercent int
	Note                    string
}

// NoteKind says what a Note is about. The set is closed.
type NoteKind string

const (
	// PremiumNote is about a premium whose direction is known and whose size is not.
	PremiumNote NoteKind = "premium"
	// SegmentNote is about a kind of company that pays differently within the band.
	SegmentNote NoteKind = "segment"
	// RangeNote is about what the role as a whole pays. It is shown where several levels are.
	RangeNote NoteKind = "range"
)

// Note is a fact about pay that is shown and never calculated with.
type Note struct {
	Kind       NoteKind
	Text       string
	Ecosystems []string // keys of the ecosystems it concerns; none is all
}

// Concerns says whether the note is to be shown for the ecosystem with that key; "" is none in
// particular.
func (n Note) Concerns(ecosystem string) bool {
	return len(n.Ecosystems) == 0 || slices.Contains(n.Ecosystems, ecosystem)
}

// Ecosystem is a technology world of a role, such as Java.
type Ecosystem struct {
	Key, Title string
	Aliases    []string
	Where      string // where it dominates
	Skills     []string
}

// Degree is the formal education that is usual in a role.
type Degree struct {
	Common string
	Probe  []string // what to probe in candidates without it
}

// Channel is a place to find candidates.
type Channel struct{ Key, Name, GoodFor, How string }

// The ratings of a scorecard run from MinRating to MaxRating.
const (
	MinRating = 1
	MaxRating = 4
)

// DefaultWeight is the weight of a dimension at a level for which none is given.
const DefaultWeight = 1

// Dimension is one thing that interviewers rate.
type Dimension struct {
	Key, Title, What string
	Anchors          []string       // what each rating looks like, from MinRating to MaxRating
	Weights          map[string]int // by level key: how much it counts beside the other dimensions
}

// Anchor returns what a rating looks like, or "" for a rating that does not exist.
func (d Dimension) Anchor(rating int) string {
	if i := rating - MinRating; i >= 0 && i < len(d.Anchors) {
		return d.Anchors[i]
	}
	return ""
}

// Weight returns how much the dimension counts at a level, beside the other dimensions.
func (d Dimension) Weight(level string) int {
	if w, ok := d.Weights[level]; ok {
		return w
	}
	return DefaultWeight
}

// Stage is one step of the interview process.
type Stage struct {
	Key, Title string
	Aliases    []string
	Minutes    int
	FromLevel  string   // the lowest level it is held for; "" is every level
	Dimensions []string // at most four keys
	Questions  []Question
}

// Question is asked of every candidate alike; Strong describes a strong answer.
type Question struct {
	Text, Strong string
	FromLevel    string // the lowest level it is asked at; "" is every level
}

// LevelFor returns the level of somebody with that many months of experience; a level's lower
// bound belongs to it. It returns false for a negative number.
func (p Playbook) LevelFor(months int) (Level, bool) {
	for _, l := range p.Levels {
		if months >= l.FromMonths && (months < l.ToMonths || l.ToMonths == 0) {
			return l, true
		}
	}
	return Level{}, false
}

// LevelsFor returns the levels that an experience touches, lowest first. A range is read as the
// levels are: its upper end is not included, so that 3-6y is the level "3 to 6 years" and no other.
func (p Playbook) LevelsFor(e Experience) []Level {
	var touched []Level
	for _, l := range p.Levels {
		startsBefore := l.FromMonths < e.MaxMonths || l.FromMonths <= e.MinMonths || e.OpenEnded
		endsAfter := l.ToMonths == 0 || l.ToMonths > e.MinMonths
		if startsBefore && endsAfter {
			touched = append(touched, l)
		}
	}
	return touched
}

// Level returns the level with that key, title or alias; case and diacritics do not matter.
func (p Playbook) Level(name string) (Level, bool) {
	return find(p.Levels, name, func(l Level) (string, string, []string) { return l.Key, l.Title, l.Aliases })
}

// Premium returns the premium with that key, title or alias.
func (p Playbook) Premium(name string) (Premium, bool) {
	return find(p.Premiums, name, func(x Premium) (string, string, []string) { return x.Key, x.Title, x.Aliases })
}

// Uplift returns the uplift with that key, title or alias.
func (p Playbook) Uplift(name string) (Uplift, bool) {
	return find(p.Uplifts, name, func(u Uplift) (string, string, []string) { return u.Key, u.Title, u.Aliases })
}

// Ecosystem returns the ecosystem with that key, title or alias.
func (p Playbook) Ecosystem(name string) (Ecosystem, bool) {
	return find(p.Ecosystems, name, func(e Ecosystem) (string, string, []string) { return e.Key, e.Title, e.Aliases })
}

// Dimension returns the dimension with that key or title.
func (p Playbook) Dimension(name string) (Dimension, bool) {
	return find(p.Dimensions, name, func(d Dimension) (string, string, []string) { return d.Key, d.Title, nil })
}

// Stage returns the stage with that key, title or alias.
func (p Playbook) Stage(name string) (Stage, bool) {
	return find(p.Stages, name, func(s Stage) (string, string, []string) { return s.Key, s.Title, s.Aliases })
}

// Reaches says whether a level is the other one or above it. An empty from is reached by every
// level; a level that the playbook does not have reaches nothing.
func (p Playbook) Reaches(level, from string) bool {
	at := slices.IndexFunc(p.Levels, func(l Level) bool { return l.Key == level })
	if from == "" {
		return at >= 0
	}
	least := slices.IndexFunc(p.Levels, func(l Level) bool { return l.Key == from })
	return least >= 0 && at >= least
}

// Bands returns the bands that the playbook itself brings, as version 0, lowest level first.
func (p Playbook) Bands() []Band {
	var bands []Band
	for _, l := range p.Levels {
		if l.Band != nil {
			bands = append(bands, Band{
				Role: p.Key, Level: l.Key, Low: l.Band.Low, High: l.Band.High, OpenEnded: l.Band.OpenEnded,
				Effective: p.Effective, Source: p.Source,
			})
		}
	}
	return bands
}

// FindPlaybook returns the playbook with that key, title, short title or alias; case and
// diacritics do not matter.
func FindPlaybook(playbooks []Playbook, name string) (Playbook, bool) {
	return find(playbooks, name, func(p Playbook) (string, string, []string) {
		if p.Short == "" {
			return p.Key, p.Title, p.Aliases
		}
		return p.Key, p.Title, append([]string{p.Short}, p.Aliases...)
	})
}

// find returns the item that name names: by its key before all, then by title or alias.
func find[T any](items []T, name string, names func(T) (key, title string, aliases []string)) (T, bool) {
	want := Fold(name)
	if want != "" {
		for _, item := range items {
			if key, _, _ := names(item); key == want {
				return item, true
			}
		}
		for _, item := range items {
			_, title, aliases := names(item)
			if Fold(title) == want || slices.ContainsFunc(aliases, func(a string) bool { return Fold(a) == want }) {
				return item, true
			}
		}
	}
	var none T
	return none, false
}

// keys lists the keys of items for a message: "entry, early, mid".
func keys[T any](items []T, key func(T) string) string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = key(item)
	}
	return strings.Join(all, ", ")
}
