package bot

import "time"

// Form asks for what a command still needs. Submitting it calls the command with all values.
type Form struct {
	Title, Submit string
	// Call is the command to run, with what is bound already.
	Call Call
	// Subject is what the form is about, under which its draft is found again; "" is what is bound.
	Subject string
	// Note is shown above the fields.
	Note   Text
	Fields []Field
	// Draft is the id under which what is typed is kept.
	Draft string
	// Saved is when the values shown were kept, zero where the form is a new one. StartOver then
	// drops them and opens the form afresh.
	Saved     time.Time
	StartOver Call
}

// Field is one question of a form. Its values are text, read by the parameter of the same name.
type Field struct {
	Name, Label, Hint, Example string
	Input                      Input
	Value                      []string
	Choices                    []Choice
	Required                   bool
	// Max is the most characters that a text may have; 0 leaves it to the platform.
	Max int
}

// Input is the way a field is filled in.
type Input string

// The ways in which a field can be filled in.
const (
	InputText     Input = "text"
	InputLongText Input = "long_text"
	InputNumber   Input = "number"
	InputMoney    Input = "money"
	InputChoice   Input = "choice"
	InputChoices  Input = "choices"
	InputRating   Input = "rating"
	InputPerson   Input = "person"
	InputPeople   Input = "people"
	InputDate     Input = "date"
	InputTime     Input = "time"
	InputDateTime Input = "date_time"
	InputFile     Input = "file"
)

// Choice is one of a closed set, or a suggestion. Hint is a short second line.
type Choice struct {
	Label, Value, Hint string
}

// Values are what a form holds, as text by field name. Several values stand for several choices; a
// file is the id under which it was kept.
type Values map[string][]string

// FieldError says what is wrong with one field; Field "" concerns the whole form.
type FieldError struct {
	Field, Message string
}
