package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/hirebot/hirebot/hiring"
)

// CountLimit is where CountRequisitions stops counting.
const CountLimit = 1000

const (
	// reqPage is how many requisitions are listed where no limit is given.
	reqPage = 25
	// manyFound is how many requisitions a word may find before it counts as common.
	manyFound = 500
	// maxSearch is how many words of a search matter.
	maxSearch = 8
)

// ReqViewer is for whom requisitions are looked up: what they may not know of is not there.
// Confidential requisitions are there for their team and approvers only.
type ReqViewer struct {
	// Person is the viewer's id, "" for somebody unknown, who is party to nothing.
	Person string
	// All is set for who may see what is not confidential in every state. Others see it once it is
	// approved, and before that only what they are of the team or approvers of.
	All bool
}

// ReqFilter says which requisitions are listed. What is zero does not narrow.
type ReqFilter struct {
	Viewer ReqViewer
	States []hiring.ReqState
	// Owner is the id of the hiring manager, HeldBy that of the hiring manager or of who asked for it, and
	// Member that of anyone of the team.
	Owner, HeldBy, Member string
	// Team leaves of what is confidential that of whose team the viewer is, and not an approver alone.
	Team bool
	Role string
	// Search are words, or beginnings of words, of title, role, level, ecosystem, location and reference; a
	// requisition must have them all.
	Search string
	// After is the reference of the last row of the page before.
	After string
	// Limit is the most rows; 0 is 25.
	Limit int
}

// reqStates are all states; approvedReqStates those in which a requisition is known to the company.
var (
	reqStates         = []hiring.ReqState{hiring.ReqDraft, hiring.ReqPending, hiring.ReqOpen, hiring.ReqOnHold, hiring.ReqFilled, hiring.ReqClosed}
	approvedReqStates = []hiring.ReqState{hiring.ReqOpen, hiring.ReqOnHold, hiring.ReqFilled, hiring.ReqClosed}
)

// Requisitions returns the requisitions that a filter lets through, the newest first. It returns an
// Invalid error for a cursor that is no reference.
func (t *Tx) Requisitions(ctx context.Context, f ReqFilter) ([]hiring.Requisition, error) {
	if f.Limit <= 0 {
		f.Limit = reqPage
	}
	if f.After != "" && numberOf(f.After) < 1 {
		return nil, hiring.Errorf(hiring.Invalid, "“%s” is not a requisition to go on from. Open the list again.", f.After)
	}
	words, some, err := t.searchFor(ctx, f.Search)
	if err != nil || !some {
		return nil, err
	}
	var q statement
	page, some := q.page(f, words)
	if !some {
		return nil, nil
	}
	q.add(`SELECT ` + requisitionColumns + ` FROM (` + page + `) AS page JOIN requisitions r ON r.id = page.id ORDER BY page.number DESC`)
	return t.requisitions(ctx, q.text.String(), q.args...)
}

// CountRequisitions returns how many requisitions a filter lets through, whatever its cursor and
// limit; CountLimit stands for that many or more.
func (t *Tx) CountRequisitions(ctx context.Context, f ReqFilter) (int, error) {
	f.After, f.Limit = "", CountLimit
	words, some, err := t.searchFor(ctx, f.Search)
	if err != nil || !some {
		return 0, err
	}
	var q statement
	page, some := q.page(f, words)
	if !some {
		return 0, nil
	}
	var n int
	q.add(`SELECT count(*) FROM (` + page + `) AS page`)
	if err := t.conn.row(ctx, []any{&n}, q.text.String(), q.args...); err != nil {
		return 0, fmt.Errorf("count requisitions: %w", err)
	}
	return n, nil
}

// SimilarRequisitions returns the requisitions of a role, level and location that were written since
// an instant, are not closed, and that the viewer may know of, the newest first.
func (t *Tx) SimilarRequisitions(ctx context.Context, role, level, location string, since time.Time, viewer ReqViewer) ([]hiring.Requisition, error) {
	var q statement
	q.add(`SELECT ` + requisitionColumns + ` FROM requisitions r WHERE r.role = ` + q.arg(role) + ` AND r.level = ` + q.arg(level) +
		` AND r.place = ` + q.arg(hiring.Fold(location)) + ` AND r.created_at >= ` + q.arg(instant{since}) +
		` AND r.state <> 'closed' AND ` + q.visible(viewer) + ` ORDER BY r.created_at DESC, r.number DESC LIMIT ` + strconv.Itoa(reqPage))
	return t.requisitions(ctx, q.text.String(), q.args...)
}

// statement is SQL that is put together from parts, with its arguments.
type statement struct {
	text strings.Builder
	args []any
}

func (q *statement) add(text string) { q.text.WriteString(text) }

// arg adds an argument and returns its placeholder.
func (q *statement) arg(value any) string {
	q.args = append(q.args, value)
	return "$" + strconv.Itoa(len(q.args))
}

// list adds several arguments and returns their placeholders, separated by comma.
func (q *statement) list(values []string) string {
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = q.arg(v)
	}
	return strings.Join(marks, ", ")
}

// visible returns the condition that a viewer may know of the requisition r.
func (q *statement) visible(viewer ReqViewer) string {
	open := `NOT r.confidential`
	if !viewer.All {
		states := make([]string, len(approvedReqStates))
		for i, s := range approvedReqStates {
			states[i] = string(s)
		}
		open += ` AND r.state IN (` + q.list(states) + `)`
	}
	return `(` + open + ` OR EXISTS (SELECT 1 FROM requisition_people v WHERE v.requisition = r.id AND v.person = ` + q.arg(viewer.Person) + `))`
}

// page returns a query of the id and number of the requisitions that a filter lets through, the newest
// first, and false where there can be none. It is a union with one branch for each state and for what
// is confidential and what is not: each branch is read in order from one index, in which nothing
// stands that the viewer may not know of, so that a page costs the same however much there is. Limits
// stand in the text: Postgres plans a statement anew each time where it cannot see that they are low.
func (q *statement) page(f ReqFilter, words reqWords) (string, bool) {
	if words.rare != "" {
		q.add(`WITH found AS (SELECT s.requisition FROM requisition_words s WHERE ` + q.begins("s", words.rare) + q.have(`s.requisition`, words.others) + `) `)
	}
	states := f.States
	if len(states) == 0 {
		states = reqStates
	}
	var branches []string
	for i, state := range states {
		if slices.Contains(states[:i], state) {
			continue
		}
		for _, confidential := range []bool{false, true} {
			own := confidential || !f.Viewer.All && !slices.Contains(approvedReqStates, state)
			if own && f.Viewer.Person == "" {
				continue
			}
			branches = append(branches, `SELECT id, number FROM (`+q.branch(f, words, state, confidential, own)+`) AS part`+strconv.Itoa(len(branches)))
		}
	}
	if len(branches) == 0 {
		return "", false
	}
	return strings.Join(branches, "\nUNION ALL ") + "\nORDER BY number DESC LIMIT " + strconv.Itoa(f.Limit), true
}

// branch returns the part of a page in one state, confidential or not, and with own only of those
// that the viewer is of the team or an approver of.
func (q *statement) branch(f ReqFilter, words reqWords, state hiring.ReqState, confidential, own bool) string {
	from, id, where := `requisitions s`, `s.id`, []string{}
	switch {
	case f.Member != "":
		from, id = `requisition_people s`, `s.requisition`
		where = append(where, `s.team`, `s.person = `+q.arg(f.Member))
		if own && f.Member != f.Viewer.Person {
			knows := `v.requisition = s.requisition AND v.person = ` + q.arg(f.Viewer.Person)
			if f.Team && confidential {
				knows += ` AND v.team`
			}
			where = append(where, `EXISTS (SELECT 1 FROM requisition_people v WHERE `+knows+`)`)
		}
	case own:
		from, id = `requisition_people s`, `s.requisition`
		where = append(where, `s.person = `+q.arg(f.Viewer.Person))
		if f.Team && confidential {
			where = append(where, `s.team`)
		}
	}
	where = append(where, `s.state = `+q.arg(string(state)), `s.confidential = `+q.arg(confidential))
	if f.After != "" {
		where = append(where, `s.number < `+q.arg(numberOf(f.After)))
	}
	record := `s`
	if id != `s.id` && (f.Owner != "" || f.HeldBy != "" || f.Role != "") {
		from, record = from+` JOIN requisitions r ON r.id = s.requisition`, `r`
	}
	if f.Owner != "" {
		where = append(where, record+`.hiring_manager = `+q.arg(f.Owner))
	}
	if f.HeldBy != "" {
		held := q.arg(f.HeldBy)
		where = append(where, `(`+record+`.hiring_manager = `+held+` OR `+record+`.requester = `+held+`)`)
	}
	if f.Role != "" {
		where = append(where, record+`.role = `+q.arg(f.Role))
	}
	searched := ` AND ` + id + ` IN (SELECT requisition FROM found)`
	if words.rare == "" {
		searched = q.have(id, words.others)
	}
	return `SELECT ` + id + ` AS id, s.number FROM ` + from + ` WHERE ` + strings.Join(where, ` AND `) + searched + ` ORDER BY s.number DESC LIMIT ` + strconv.Itoa(f.Limit)
}

// reqWords are the words of a search. Few requisitions have one that begins with rare, and these are
// looked through; where there is no such word, most have them all, and are looked through in order.
type reqWords struct {
	rare   string
	others []string
}

// searchFor returns the words of a search, and false where nothing can be found.
func (t *Tx) searchFor(ctx context.Context, search string) (reqWords, bool, error) {
	if strings.TrimSpace(search) == "" {
		return reqWords{}, true, nil
	}
	words := searchWords(search)
	if len(words) == 0 {
		return reqWords{}, false, nil
	}
	words = words[:min(len(words), maxSearch)]
	var q statement
	counts, into := make([]int, len(words)), make([]any, len(words))
	for i, word := range words {
		q.add([]string{`SELECT `, `, `}[min(i, 1)] + `(SELECT count(*) FROM (SELECT 1 FROM requisition_words s WHERE ` +
			q.begins("s", word) + ` ORDER BY s.word LIMIT ` + strconv.Itoa(manyFound) + `) AS few)`)
		into[i] = &counts[i]
	}
	if err := t.conn.row(ctx, into, q.text.String(), q.args...); err != nil {
		return reqWords{}, false, fmt.Errorf("search requisitions: %w", err)
	}
	fewest := slices.Index(counts, slices.Min(counts))
	switch counts[fewest] {
	case 0:
		return reqWords{}, false, nil
	case manyFound:
		return reqWords{others: words}, true, nil
	}
	return reqWords{rare: words[fewest], others: slices.Concat(words[:fewest], words[fewest+1:])}, true, nil
}

// begins returns the condition that the word of a row of requisition_words begins with a text.
func (q *statement) begins(row, text string) string {
	// No byte of UTF-8 is 0xFF: what begins with the text lies in between.
	return row + `.word >= ` + q.arg([]byte(text)) + ` AND ` + row + `.word < ` + q.arg(append([]byte(text), 0xFF))
}

// have returns the condition, with AND in front, that a requisition has words that begin with all of
// these. The id is an expression.
func (q *statement) have(id string, words []string) string {
	var all string
	for _, word := range words {
		all += ` AND EXISTS (SELECT 1 FROM requisition_words w WHERE w.requisition = ` + id + ` AND ` + q.begins("w", word) + `)`
	}
	return all
}

// requisitionWords returns the words that a requisition is found by, each once. There is always one.
func requisitionWords(r hiring.Requisition) []string {
	return searchWords(strings.Join([]string{r.ID, strings.ReplaceAll(r.ID, "-", ""), r.Title, r.Role, r.Level, r.Ecosystem, r.Location}, " "))
}

// searchWords returns the words of a text, folded, each once: letters and digits, and the signs that
// belong to the names of languages.
func searchWords(text string) []string {
	words := strings.FieldsFunc(hiring.Fold(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '+' && r != '#'
	})
	slices.Sort(words)
	return slices.Compact(words)
}
