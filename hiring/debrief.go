package hiring

import (
	"maps"
	"math/big"
	"slices"
	"time"
)

// CardLook is the first time that somebody opened the scorecards of others of one interview.
type CardLook struct {
	Interview, Person string
	At                time.Time
	// Early says that it was before all were in, by somebody who recruits or owns the requisition and
	// gave the reason. The panel is shown it.
	Early  bool
	Reason string
}

// Debrief is what a panel says of a candidate, side by side. It is made from what its viewer may see,
// and holds nothing else.
type Debrief struct {
	// In is how many scorecards were submitted, Of how many there are to be: those, and those that are
	// waited for. Hidden is how many are in and not for this viewer to see yet.
	In, Of, Hidden int
	// Complete says that some are in and none is waited for.
	Complete bool
	// People are the scorecards that are in, in the order of the interviews and their panels.
	People []DebriefPerson
	// Dimensions are what was rated, in the playbook's order.
	Dimensions []DebriefDimension
	// Score is the weighted score in hundredths of a rating point, 0 where nothing was rated: the mean of
	// each dimension, weighted by what it counts at the level, rounded once, half up. Low and High are
	// the least and the greatest score of one person.
	Score, Low, High int
	// Counts are the recommendations.
	Counts map[Recommendation]int
	// Disagreements are the dimensions on which people differ, the widest first, then the weightiest.
	Disagreements []Disagreement
	// Open are those that are waited for, Waived those that are not, with who decided so and the reason.
	Open, Waived []DebriefSeat
	// Short are those who gave three lines, or of whom these are enough, with who accepted that.
	Short []DebriefSeat
	// Handed are the seats that went to somebody else once the interview had begun.
	Handed []DebriefHandover
	// Early are those who opened scorecards before all were in.
	Early []CardLook
	// Amended are those who changed their scorecard, and Informed those who submitted theirs after
	// having opened others'.
	Amended  []DebriefChange
	Informed []DebriefSeat
}

// DebriefPerson is one scorecard.
type DebriefPerson struct {
	Interview, Stage, Person string
	// CardContent of three lines has each dimension of the stage as not covered.
	CardContent
	// Score is the weighted score in hundredths, over what they rated; 0 where they rated nothing.
	Score int
	// Edition is the version that is shown, from 1.
	Edition int
}

// DebriefDimension is one dimension over all people.
type DebriefDimension struct {
	Key, Title string
	// Weight is what it counts at the level.
	Weight int
	// Count is how many rated it. Mean is in hundredths, rounded half up; Low and High are the least and
	// the greatest rating. All are 0 where nobody did.
	Count, Mean, Low, High int
}

// Spread is by how many points people differ.
func (d DebriefDimension) Spread() int { return d.High - d.Low }

// Disagreement is a dimension on which people differ, with what the two ends saw.
type Disagreement struct {
	DebriefDimension
	// Least and Most are those who rated lowest and highest: of several the first.
	Least, Most RatedBy
}

// RatedBy is a rating with who gave it.
type RatedBy struct {
	Interview, Person string
	Rating
}

// DebriefSeat is somebody's seat on an interview. Why is the reason of who declined or waived it, By who
// waived it or accepted three lines.
type DebriefSeat struct {
	Interview, Person string
	State             CardState
	DueAt             time.Time
	Why, By           string
}

// DebriefHandover is a seat that went from one person to another.
type DebriefHandover struct {
	Interview, From, To string
	At                  time.Time
}

// DebriefChange is a scorecard that was changed after it was submitted.
type DebriefChange struct {
	Interview, Person string
	Edition           int
	At                time.Time
	// Informed says that its author had opened others' scorecards before.
	Informed bool
}

// DebriefParams is what a debrief is made from.
type DebriefParams struct {
	Playbook Playbook
	// Level is the key of the level that is hired for.
	Level string
	// Interviews are those of the application, in the order in which they are shown. Cards are their
	// scorecards as the viewer may see them: what VisibleCards returns.
	Interviews []Interview
	Cards      []Scorecard
	Looks      []CardLook
}

// NewDebrief puts the scorecards of an application side by side.
func NewDebrief(p DebriefParams) Debrief {
	d := Debrief{Counts: map[Recommendation]int{}}
	rated := map[string][]RatedBy{}
	for _, s := range inOrder(p) {
		d.takeShort(s)
		d.takeHandover(p, s)
		seat := DebriefSeat{Interview: s.Interview, Person: s.Person, State: s.State, DueAt: s.DueAt, Why: s.Why, By: s.WaivedBy}
		switch {
		case s.State == CardSubmitted:
			d.In++
			d.takeChange(s, p.Looks)
			if s.Overall == "" { // the viewer may not see it
				d.Hidden++
				continue
			}
			d.People = append(d.People, DebriefPerson{
				Interview: s.Interview, Stage: s.Stage, Person: s.Person, CardContent: notCovered(p.Playbook, s), Edition: s.Edition,
				Score: personScore(p, s.Ratings),
			})
			d.Counts[s.Overall]++
			for key, r := range s.Ratings {
				if r.Value != NotCovered {
					rated[key] = append(rated[key], RatedBy{Interview: s.Interview, Person: s.Person, Rating: r})
				}
			}
		case s.Open():
			d.Open = append(d.Open, seat)
		case s.State == CardWaived && s.Waived == WaivedByRecruiter:
			d.Waived = append(d.Waived, seat)
		}
	}
	d.Of = d.In + len(d.Open)
	d.Complete = d.In > 0 && len(d.Open) == 0
	d.takeRatings(p, rated)
	for _, one := range d.People {
		if one.Score == 0 {
			continue
		}
		if d.Low == 0 || one.Score < d.Low {
			d.Low = one.Score
		}
		d.High = max(d.High, one.Score)
	}
	for _, look := range p.Looks {
		if look.Early {
			d.Early = append(d.Early, look)
		}
	}
	return d
}

// inOrder returns the scorecards in the order of the interviews and of their panels. Those of who sits
// there no more come after these.
func inOrder(p DebriefParams) []Scorecard {
	var all []Scorecard
	for _, i := range p.Interviews {
		var gone []Scorecard
		seats := make([][]Scorecard, len(i.Panel))
		for _, s := range p.Cards {
			if s.Interview != i.ID {
				continue
			}
			at := slices.IndexFunc(i.Panel, func(x Panelist) bool { return x.Person == s.Person })
			if at < 0 {
				gone = append(gone, s)
				continue
			}
			seats[at] = append(seats[at], s)
		}
		all = append(all, slices.Concat(seats...)...)
		all = append(all, gone...)
	}
	return all
}

// takeShort notes whose three lines were accepted. Who gave the whole scorecard all the same is not one of
// them, and of one that the viewer may not read nobody can tell.
func (d *Debrief) takeShort(s Scorecard) {
	if s.AcceptedBy != "" && (s.Waits() || s.State == CardSubmitted && s.Short()) {
		d.Short = append(d.Short, DebriefSeat{Interview: s.Interview, Person: s.Person, State: s.State, DueAt: s.DueAt, By: s.AcceptedBy})
	}
}

// takeHandover notes a seat that went to somebody else when the interview had begun: they may not have been
// in it. Before that a change of the panel is nothing to know of.
func (d *Debrief) takeHandover(p DebriefParams, s Scorecard) {
	if !s.Removed || s.HandedTo == "" || s.HandedAt.IsZero() {
		return
	}
	at := slices.IndexFunc(p.Interviews, func(i Interview) bool { return i.ID == s.Interview })
	if at >= 0 && !s.HandedAt.Before(p.Interviews[at].StartsAt) {
		d.Handed = append(d.Handed, DebriefHandover{Interview: s.Interview, From: s.Person, To: s.HandedTo, At: s.HandedAt})
	}
}

// notCovered returns what a scorecard says; where that is three lines, they cover no dimension of its stage.
func notCovered(p Playbook, s Scorecard) CardContent {
	c := s.CardContent
	if !c.Short() {
		return c
	}
	c.Ratings = map[string]Rating{}
	for _, d := range StageDimensions(p, s.Stage) {
		c.Ratings[d.Key] = Rating{Value: NotCovered}
	}
	return c
}

// takeChange notes what a submitted scorecard may owe to others': that it was changed, and that its
// author had opened others' before.
func (d *Debrief) takeChange(s Scorecard, looks []CardLook) {
	var first time.Time
	for _, look := range looks {
		if look.Person == s.Person && (first.IsZero() || look.At.Before(first)) {
			first = look.At
		}
	}
	if !first.IsZero() && first.Before(s.SubmittedAt) {
		d.Informed = append(d.Informed, DebriefSeat{Interview: s.Interview, Person: s.Person, State: s.State, DueAt: s.DueAt})
	}
	if s.Edition > 1 {
		d.Amended = append(d.Amended, DebriefChange{
			Interview: s.Interview, Person: s.Person, Edition: s.Edition, At: s.AmendedAt,
			Informed: !first.IsZero() && first.Before(s.AmendedAt),
		})
	}
}

func (d *Debrief) takeRatings(p DebriefParams, rated map[string][]RatedBy) {
	score, weights := new(big.Rat), int64(0)
	for _, dimension := range ratedDimensions(p.Playbook, rated) {
		x := DebriefDimension{Key: dimension.Key, Title: dimension.Title, Weight: dimension.Weight(p.Level)}
		sum := int64(0)
		var least, most RatedBy
		for _, r := range rated[dimension.Key] {
			if x.Count == 0 || r.Value < x.Low {
				x.Low, least = r.Value, r
			}
			if x.Count == 0 || r.Value > x.High {
				x.High, most = r.Value, r
			}
			x.Count++
			sum += int64(r.Value)
		}
		x.Mean = hundredths(big.NewRat(sum, int64(x.Count)))
		d.Dimensions = append(d.Dimensions, x)
		if x.Spread() > 0 {
			d.Disagreements = append(d.Disagreements, Disagreement{DebriefDimension: x, Least: least, Most: most})
		}
		score.Add(score, big.NewRat(sum*int64(x.Weight), int64(x.Count)))
		weights += int64(x.Weight)
	}
	if weights > 0 {
		d.Score = hundredths(score.Quo(score, big.NewRat(weights, 1)))
	}
	slices.SortStableFunc(d.Disagreements, func(a, b Disagreement) int {
		if a.Spread() != b.Spread() {
			return b.Spread() - a.Spread()
		}
		return b.Weight - a.Weight
	})
}

// ratedDimensions returns the dimensions that were rated: in the playbook's order, and after these
// those that the playbook has no more.
func ratedDimensions(p Playbook, rated map[string][]RatedBy) []Dimension {
	var all []Dimension
	for _, d := range p.Dimensions {
		if len(rated[d.Key]) > 0 {
			all = append(all, d)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(rated)) {
		if _, known := p.Dimension(key); !known {
			all = append(all, Dimension{Key: key, Title: key})
		}
	}
	return all
}

// personScore returns the weighted score of one scorecard over what it rated.
func personScore(p DebriefParams, ratings map[string]Rating) int {
	sum, weights := int64(0), int64(0)
	for key, r := range ratings {
		if r.Value == NotCovered {
			continue
		}
		d, _ := p.Playbook.Dimension(key)
		weight := int64(d.Weight(p.Level))
		sum += weight * int64(r.Value)
		weights += weight
	}
	if weights == 0 {
		return 0
	}
	return hundredths(big.NewRat(sum, weights))
}

// hundredths returns a positive number in hundredths, rounded half up.
func hundredths(r *big.Rat) int {
	scaled := new(big.Rat).Mul(r, big.NewRat(200, 1))
	n := new(big.Int).Add(scaled.Num(), scaled.Denom())
	return int(new(big.Int).Div(n, new(big.Int).Mul(scaled.Denom(), big.NewInt(2))).Int64())
}
