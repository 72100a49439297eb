package bot

import "errors"

// bound is what reading made of somebody's words or values.
type bound struct {
	args   Args
	errors []error
	doubts []doubt
}

// doubt is what was wrong with reading one more word into a value: the answer to that word where
// nothing else understands it, as the month in "48 LPM".
type doubt struct {
	word string
	err  error
}

// doubted returns the doubt about a word that nothing understood, or nil.
func (b *bound) doubted(w word) error {
	for _, d := range b.doubts {
		if d.word == w.typed {
			return d.err
		}
	}
	return nil
}

func (b *bound) fail(param string, err error) { b.errors = append(b.errors, about(err, param)) }

func (b *bound) has(p Param) bool {
	_, ok := b.args[p.Name]
	return ok
}

// put adds what was read of a parameter: all values of a repeated one, else the one there is.
func (b *bound) put(p Param, values []any) {
	if p.Repeated {
		list, _ := b.args[p.Name].([]any)
		b.args[p.Name] = append(list, values...)
		return
	}
	for _, v := range values {
		b.args[p.Name] = v
	}
}

// first returns the error to answer with. One that offers choices comes last: what they would run
// must be right in everything else.
func (b *bound) first() error {
	for _, err := range b.errors {
		if _, offers := choicesOf(err); !offers {
			return err
		}
	}
	if len(b.errors) > 0 {
		return b.errors[0]
	}
	return nil
}

// choicesOf returns what an error offers to choose from, if anything.
func choicesOf(err error) ([]Choice, bool) {
	own, ok := errors.AsType[*Problem](err)
	if !ok || len(own.Choices) == 0 {
		return nil, false
	}
	return own.Choices, true
}

// merge adds the arguments that are not there yet.
func (b *bound) merge(other bound) {
	for k, v := range other.args {
		if _, ok := b.args[k]; !ok {
			b.args[k] = v
		}
	}
	b.errors = append(b.errors, other.errors...)
}

// missing returns the required parameters that have no value.
func (b *bound) missing(s Spec) []Param {
	var out []Param
	for _, p := range s.Params {
		if p.Required && !b.has(p) {
			out = append(out, p)
		}
	}
	return out
}
