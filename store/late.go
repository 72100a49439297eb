package store

import (
	"time"

	"github.com/hirebot/hirebot/hiring"
)

// LateCause tells whether a scorecard will clearly be late by what is known of its author now, and why.
func (p *Snapshot) LateCause(s hiring.Scorecard, now time.Time) hiring.Lateness {
	author, known := p.Person(s.Person)
	return hiring.LateCause(s, s.Nudges, known && author.Active, p.WorkTime(s.Person).BackAt(now), now)
}
