package bot

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

func zoneText(local time.Time) string {
	name, offset := local.Zone()
	if name == "" || strings.ContainsAny(name[:1], "+-") {
		return offsetText(offset)
	}
	return name
}

func offsetText(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	return fmt.Sprintf("UTC%s%02d:%02d", sign, seconds/3600, seconds%3600/60)
}

// whenZone is what a text says about its zone at the end: an offset in seconds, or the abbreviation of a zone.
type whenZone struct {
	name   string // in upper case; empty when the offset counts
	offset int
}

func (z whenZone) String() string {
	if z.name != "" {
		return z.name
	}
	return offsetText(z.offset)
}

func (z whenZone) matches(local time.Time) bool {
	name, offset := local.Zone()
	if z.name != "" {
		return strings.EqualFold(name, z.name)
	}
	return offset == z.offset
}

// cutZone takes an offset or a zone's abbreviation off the end of a text.
func cutZone(clean string) ([]whenToken, *whenZone, error) {
	if part := whenOffset.FindStringSubmatch(clean); part != nil {
		var seconds int
		if part[2] != "" {
			hours, hoursErr := strconv.Atoi(part[3])
			minutes, minutesErr := strconv.Atoi("0" + part[4])
			if hoursErr != nil || minutesErr != nil || hours > 14 || minutes > 59 {
				return nil, nil, Invalidf("", "“%s” has an offset that no zone uses. Write one such as “UTC+05:30”.", clean)
			}
			seconds = hours*3600 + minutes*60
			if part[2] == "-" {
				seconds = -seconds
			}
		}
		return whenTokens(part[1]), &whenZone{offset: seconds}, nil
	}
	tokens := whenTokens(clean)
	if n := len(tokens); n >= 2 && tokens[n-1].class == "?" && len(tokens[n-1].text) <= 5 && tokens[n-1].text[0] >= 'a' && tokens[n-1].text[0] <= 'z' {
		before := tokens[n-2]
		if before.isTime() || before.class == "N" || before.class == "Y" || before.class == "D" || before.class == "H" {
			return tokens[:n-1], &whenZone{name: strings.ToUpper(tokens[n-1].text)}, nil
		}
	}
	return tokens, nil, nil
}

// whenReadings are the instants at which the clocks of a zone show a wall time: one, two when the clocks go back over
// it, or none when they skip it. In the last case jump is the instant of the change, and skipped holds the two readings
// of the wall time by the offset after and before it, in order of time.
type whenReadings struct {
	exact   []time.Time
	skipped []time.Time
	jump    time.Time
}

// readingsOf looks at each offset in force around the wall time, which is given as if in UTC. Offsets lie within
// -12 and +15 hours, so 26 hours to either side hold every change that can matter, and no offset lasts less than an
// hour. Time.ZoneBounds would name the changes directly, but in Go 1.26 it can return an end that is not after the
// instant (in New York on 31 Dec 2040, https://go.dev/issue/81583), so that a walk along the changes would not finish.
func readingsOf(wall time.Time, zone *time.Location) whenReadings {
	const around = 26
	var read whenReadings
	var seen []time.Duration
	for hour := -around; hour <= around; hour++ {
		offset := offsetAt(wall.Add(time.Duration(hour)*time.Hour), zone)
		if slices.Contains(seen, offset) {
			continue
		}
		seen = append(seen, offset)
		if candidate := wall.Add(-offset); offsetAt(candidate, zone) == offset {
			read.exact = append(read.exact, candidate.In(zone))
		}
	}
	slices.SortFunc(read.exact, time.Time.Compare)
	if len(read.exact) > 0 {
		return read
	}
	// The clocks pass over the wall time in one jump: find the first second at which they show a later one.
	start := wall.Add(-around * time.Hour)
	jump := sort.Search(2*around*3600, func(seconds int) bool {
		at := start.Add(time.Duration(seconds) * time.Second)
		return at.Add(offsetAt(at, zone)).After(wall)
	})
	read.jump = start.Add(time.Duration(jump) * time.Second)
	before, after := offsetAt(read.jump.Add(-time.Second), zone), offsetAt(read.jump, zone)
	read.skipped = []time.Time{wall.Add(-after).In(zone), wall.Add(-before).In(zone)}
	return read
}

func offsetAt(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// latest returns the last instant that the wall time can mean.
func (r whenReadings) latest() time.Time {
	if len(r.exact) > 0 {
		return r.exact[len(r.exact)-1]
	}
	return r.skipped[len(r.skipped)-1]
}

// resolveNext finds the next occurrence after now of a time alone, by days, or of a weekday with a time, by weeks.
func resolveNext(now, wall time.Time, zone *time.Location, tag *whenZone, kind whenKind) (time.Time, error) {
	step := 1
	if kind == weekdayAlone {
		step = 7
	}
	for {
		at, err := resolve(wall, zone, tag, kind)
		if err == nil && at.After(now) {
			return at, nil
		}
		if err != nil && readingsOf(wall, zone).latest().After(now) {
			return time.Time{}, err
		}
		wall = wall.AddDate(0, 0, step)
	}
}

// resolve turns a wall time, given as if in UTC, into the instant at which the clocks of the zone show it.
func resolve(wall time.Time, zone *time.Location, tag *whenZone, kind whenKind) (time.Time, error) {
	read := readingsOf(wall, zone)
	matching := read.exact
	if tag != nil {
		matching = nil
		for _, local := range read.exact {
			if tag.matches(local) {
				matching = append(matching, local)
			}
		}
		if len(matching) == 0 && tag.name == "" && kind == calendarDay {
			return wall.Add(-time.Duration(tag.offset) * time.Second), nil
		}
		if len(matching) == 0 {
			return time.Time{}, foreignZone(read, zone, tag)
		}
	}
	if len(matching) == 1 {
		return matching[0], nil
	}
	if len(matching) > 1 {
		first, second := matching[0], matching[1]
		return time.Time{}, Invalidf("", "%s happens twice on %s in %s, the clocks go back: as %s and as %s. Add the offset you mean, such as “%s, %s %s”.",
			clockText(wall), longDay(wall), zone, withOffset(first), withOffset(second), longDay(wall), clockText(wall), offsetOf(first))
	}
	return time.Time{}, Invalidf("", "%s does not exist on %s in %s, the clocks skip it. Write %s or %s.",
		clockText(wall), longDay(wall), zone, withOffset(read.skipped[0]), withOffset(read.skipped[1]))
}

func foreignZone(read whenReadings, zone *time.Location, tag *whenZone) error {
	local := read.latest()
	if tag.name != "" {
		return Invalidf("", "“%s” is neither a day nor the zone %s, which has %s then. Leave it out, or write the date with an offset, such as “%s, %s UTC+05:30”.",
			tag.name, zone, zoneText(local), longDay(local), clockText(local))
	}
	return Invalidf("", "%s is not the offset of %s, which has %s then, and the day may differ there. Write the date too, such as “%s, %s %s”.",
		tag, zone, offsetOf(local), longDay(local), clockText(local), tag)
}

func offsetOf(local time.Time) string {
	_, offset := local.Zone()
	return offsetText(offset)
}

// withOffset prints a time with its abbreviation and offset, such as "1:30 am EDT (UTC-04:00)".
func withOffset(local time.Time) string {
	name, offset := zoneText(local), offsetOf(local)
	if name == offset {
		return clockText(local) + " " + offset
	}
	return clockText(local) + " " + name + " (" + offset + ")"
}
