package hiring

import (
	"bytes"
	"encoding/csv"
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
)

const (
	// MaxBandFile is the size, in bytes, of the largest band file that is read: 256 KiB.
	MaxBandFile = 256 << 10
	// maxBandRows is the number of bands that one file may hold.
	maxBandRows = 2000
	// maxBandSource is the length, in characters, of the longest source of a band.
	maxBandSource = 200
)

// RowProblem is one mistake in a band file. Row is the line of the file, counted from 1, so that
// the first band of a CSV file stands in row 2; 0 is the file as a whole.
type RowProblem struct {
	Row            int
	Field, Message string
}

// String returns the problem as one line: "row 3, low: …".
func (p RowProblem) String() string {
	switch {
	case p.Row == 0:
		return p.Message
	case p.Field == "":
		return fmt.Sprintf("row %d: %s", p.Row, p.Message)
	}
	return fmt.Sprintf("row %d, %s: %s", p.Row, p.Field, p.Message)
}

// bandColumns are the fields of a band in a file. Those in bandRequired must have a value.
var (
	bandColumns  = []string{"role", "level", "low", "high", "open_ended", "effective", "source"}
	bandRequired = bandColumns[:4]
)

// bandRow is one band as it stands in a file, before it is understood.
type bandRow struct {
	row    int
	values map[string]string
	rows   map[string]int  // the line of each value, where it is another than row
	bad    map[string]bool // fields whose value has been refused already
}

// ReadBandsCSV reads bands from a CSV file: a header of the columns role, level, low, high and, if
// wanted, open_ended, effective and source, in any order; then a band a row. Roles and levels are
// keys, titles or aliases of the playbooks; amounts are whatever ParseRupees reads; a band
// without an effective date takes the one given (YYYY-MM-DD). All mistakes are returned together,
// and with any mistake no band is.
func ReadBandsCSV(data []byte, playbooks []Playbook, effective string) ([]Band, []RowProblem) {
	if problems := checkBandFile(data); problems != nil {
		return nil, problems
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.FieldsPerRecord = -1 // counted below, so that every wrong row is named
	r.TrimLeadingSpace = true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, []RowProblem{{0, "", "The file is empty. Its first row names the columns: " + strings.Join(bandColumns, ",")}}
	}
	if err != nil {
		return nil, []RowProblem{csvProblem(err)}
	}
	problems := checkBandHeader(header)
	if problems != nil {
		return nil, problems
	}
	var rows []bandRow
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			// After a quote in the wrong place no later row can be trusted.
			return nil, append(problems, csvProblem(err))
		}
		line, _ := r.FieldPos(0)
		if !slices.ContainsFunc(record, func(cell string) bool { return strings.TrimSpace(cell) != "" }) {
			continue // a row of nothing but commas, as spreadsheets leave at the end
		}
		if len(record) != len(header) {
			problems = append(problems, RowProblem{line, "", fmt.Sprintf(
				"It has %d cells and the header %d. Put an amount with commas into quotes, like \"18,50,000\".", len(record), len(header))})
			continue
		}
		row := bandRow{row: line, values: map[string]string{}}
		for i, cell := range record {
			row.values[columnName(header[i])] = strings.TrimSpace(cell)
		}
		rows = append(rows, row)
	}
	return readBands(rows, problems, playbooks, effective)
}

func csvProblem(err error) RowProblem {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return RowProblem{e.Line, "", "It is not CSV: " + e.Err.Error() + "."}
	}
	return RowProblem{0, "", "It is not CSV."}
}

// columnName returns the field that a header cell means: "Open ended" is open_ended.
func columnName(cell string) string { return strings.ReplaceAll(Fold(cell), " ", "_") }

func checkBandHeader(header []string) []RowProblem {
	var problems []RowProblem
	seen := map[string]bool{}
	for _, name := range header {
		column := columnName(name)
		switch {
		case !slices.Contains(bandColumns, column):
			problems = append(problems, RowProblem{1, "", fmt.Sprintf("The column “%s” is not known. Columns: %s.", name, strings.Join(bandColumns, ", "))})
		case seen[column]:
			problems = append(problems, RowProblem{1, "", fmt.Sprintf("The column “%s” stands there twice.", name)})
		}
		seen[column] = true
	}
	for _, column := range bandRequired {
		if !seen[column] {
			problems = append(problems, RowProblem{1, "", fmt.Sprintf("The column “%s” is missing.", column)})
		}
	}
	return problems
}

var yamlErrorLine = regexp.MustCompile(`line (\d+): `)

// ReadBandsYAML reads bands from a YAML list of mappings with the fields of ReadBandsCSV, and by
// the same rules.
func ReadBandsYAML(data []byte, playbooks []Playbook, effective string) ([]Band, []RowProblem) {
	if problems := checkBandFile(data); problems != nil {
		return nil, problems
	}
	var doc, more yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		problem := RowProblem{0, "", "It is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
		if m := yamlErrorLine.FindStringSubmatchIndex(problem.Message); m != nil {
			// The library counts the lines of some errors from 0 and of others from 1.
			problem.Row = lineNumber(problem.Message[m[2]:m[3]])
			problem.Message = strings.Replace(problem.Message[:m[0]]+problem.Message[m[1]:], "not YAML:", "not YAML, here or in the next line:", 1)
		}
		return nil, []RowProblem{problem}
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.SequenceNode {
		return nil, []RowProblem{{0, "", "The file is a YAML list of bands: each starts with \"- role:\"."}}
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, []RowProblem{{0, "", "The file holds more than one YAML document. Put all bands into one list."}}
	}
	var rows []bandRow
	var problems []RowProblem
	for _, item := range doc.Content[0].Content {
		if item.Kind != yaml.MappingNode || item.Anchor != "" {
			problems = append(problems, RowProblem{item.Line, "", "It is not a band: write the fields role, level, low and high."})
			continue
		}
		row := bandRow{row: item.Line, values: map[string]string{}, rows: map[string]int{}, bad: map[string]bool{}}
		for i := 0; i+1 < len(item.Content); i += 2 {
			key, value := item.Content[i], item.Content[i+1]
			_, twice := row.values[key.Value]
			switch {
			case key.Kind != yaml.ScalarNode || !slices.Contains(bandColumns, key.Value):
				problems = append(problems, RowProblem{key.Line, "", fmt.Sprintf("The field “%s” is not known. Fields: %s.", key.Value, strings.Join(bandColumns, ", "))})
			case twice:
				problems = append(problems, RowProblem{key.Line, key.Value, "It stands there twice."})
			case value.Kind != yaml.ScalarNode || value.Anchor != "":
				problems = append(problems, RowProblem{value.Line, key.Value, "It is one plain value, without anchors and lists."})
				row.bad[key.Value] = true
			default:
				row.values[key.Value] = strings.TrimSpace(value.Value)
				if value.ShortTag() == "!!null" {
					row.values[key.Value] = ""
				}
				row.rows[key.Value] = value.Line
			}
		}
		rows = append(rows, row)
	}
	return readBands(rows, problems, playbooks, effective)
}

func checkBandFile(data []byte) []RowProblem {
	switch {
	case len(data) > MaxBandFile:
		return []RowProblem{{0, "", fmt.Sprintf("The file is larger than %d KiB.", MaxBandFile>>10)}}
	case !utf8.Valid(data):
		return []RowProblem{{0, "", "The file is not UTF-8 text. Save it as \"CSV UTF-8\" or as YAML."}}
	}
	return nil
}

func lineNumber(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// readBands understands the rows. It returns all problems, in the order of the file, or all bands.
func readBands(rows []bandRow, problems []RowProblem, playbooks []Playbook, effective string) ([]Band, []RowProblem) {
	if len(rows) == 0 && len(problems) == 0 {
		problems = append(problems, RowProblem{0, "", "The file has no bands."})
	}
	if len(rows) > maxBandRows {
		return nil, append(problems, RowProblem{0, "", fmt.Sprintf("The file has %d bands; %d are the most.", len(rows), maxBandRows)})
	}
	var bands []Band
	first := map[[2]string]int{}
	for _, row := range rows {
		band, wrong := row.band(playbooks, effective)
		problems = append(problems, wrong...)
		if band.Role != "" && band.Level != "" {
			at := [2]string{band.Role, band.Level}
			if earlier, twice := first[at]; twice {
				problems = append(problems, RowProblem{row.row, "level", fmt.Sprintf("The band for %s, %s stands in row %d already.", band.Role, band.Level, earlier)})
			} else {
				first[at] = row.row
			}
		}
		bands = append(bands, band)
	}
	if len(problems) > 0 {
		slices.SortStableFunc(problems, func(a, b RowProblem) int { return a.Row - b.Row })
		return nil, problems
	}
	return bands, nil
}

// band understands one row.
func (r bandRow) band(playbooks []Playbook, effective string) (Band, []RowProblem) {
	var problems []RowProblem
	wrong := func(field, format string, args ...any) {
		row := r.row
		if line, ok := r.rows[field]; ok {
			row = line
		}
		problems = append(problems, RowProblem{row, field, fmt.Sprintf(format, args...)})
	}
	for _, field := range bandRequired {
		if r.values[field] == "" && !r.bad[field] {
			wrong(field, "It is missing.")
		}
	}
	band := Band{Effective: effective, Source: r.values["source"]}
	if role := r.values["role"]; role != "" {
		p, ok := FindPlaybook(playbooks, role)
		if !ok {
			wrong("role", "“%s” is no role here. Known: %s.", role, keys(playbooks, func(p Playbook) string { return p.Key }))
		} else {
			band.Role = p.Key
			if level := r.values["level"]; level != "" {
				l, ok := p.Level(level)
				if !ok {
					wrong("level", "“%s” is no level of %s. Known: %s.", level, p.Key, keys(p.Levels, func(l Level) string { return l.Key }))
				}
				band.Level = l.Key
			}
		}
	}
	for _, end := range []struct {
		field string
		to    *Rupees
	}{{"low", &band.Low}, {"high", &band.High}} {
		if text := r.values[end.field]; text != "" {
			amount, err := ParseRupees(text)
			if e, ok := errors.AsType[*Error](err); ok {
				wrong(end.field, "%s", e.Message())
			}
			*end.to = amount
		}
	}
	if band.Low > 0 && band.High > 0 && band.Low > band.High {
		wrong("high", "%s is below the low end, %s.", band.High, band.Low)
	}
	switch Fold(r.values["open_ended"]) {
	case "", "no", "n", "false", "0":
	case "yes", "y", "true", "1":
		band.OpenEnded = true
	default:
		wrong("open_ended", "“%s” is neither yes nor no.", r.values["open_ended"])
	}
	if date := r.values["effective"]; date != "" {
		if _, err := time.Parse(time.DateOnly, date); err != nil {
			wrong("effective", "“%s” is no date. Write it like 2026-01-31.", date)
		}
		band.Effective = date
	}
	if utf8.RuneCountInString(band.Source) > maxBandSource {
		wrong("source", "It is longer than %d characters.", maxBandSource)
	}
	if strings.ContainsFunc(band.Source, unicode.IsControl) {
		wrong("source", "It holds characters that cannot be printed, or more than one line.")
	}
	return band, problems
}

// ChangeKind says what a BandChange does. The set is closed.
type ChangeKind string

const (
	// BandAdded is a band where there was none.
	BandAdded ChangeKind = "added"
	// BandChanged has other figures than before.
	BandChanged ChangeKind = "changed"
	// BandConfirmed has the same figures with another effective date or source.
	BandConfirmed ChangeKind = "confirmed"
	// BandSame is the same in all.
	BandSame ChangeKind = "same"
)

// BandChange is what becomes of one band: Old is nil where there was none.
type BandChange struct {
	Kind ChangeKind
	Old  *Band
	New  Band
}

// DiffBands returns what the bands in next change about those in current, in the order of next.
// Bands are matched by role and level; a band of current that next does not mention stays as it
// is and is not listed. A source that next does not name makes no difference, and versions are not
// compared: they are given when a change is stored.
func DiffBands(current, next []Band) []BandChange {
	changes := make([]BandChange, 0, len(next))
	for _, n := range next {
		change := BandChange{Kind: BandAdded, New: n}
		i := slices.IndexFunc(current, func(c Band) bool { return c.Role == n.Role && c.Level == n.Level })
		if i >= 0 {
			old := current[i]
			change.Old = &old
			switch {
			case old.Low != n.Low || old.High != n.High || old.OpenEnded != n.OpenEnded:
				change.Kind = BandChanged
			case old.Effective != n.Effective || n.Source != "" && old.Source != n.Source:
				change.Kind = BandConfirmed
			default:
				change.Kind = BandSame
			}
		}
		changes = append(changes, change)
	}
	return changes
}
