package hiring

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// The limits of a candidate. Lengths are in characters.
const (
	MaxCandidateName = 80
	MaxEmail         = 254
	MaxNoticeDays    = 365
	// MaxNote is how long a note on a candidate can be.
	MaxNote = 2000
	// MaxLink is how long the address of the message that a note was saved from can be.
	MaxLink = 500
)

// Candidate is somebody who may be hired. What they apply for is in their Applications.
type Candidate struct {
	// ID is their reference, such as "C-7".
	ID   string
	Name string
	// Email and Phone are "" where they are not known. A phone number is in the form of ParsePhone.
	Email, Phone string
	// Source is the key of a playbook's channel, "" where it is not known. ReferredBy is the person of
	// the company who referred them, "" for nobody.
	Source, ReferredBy string
	// Ecosystem is the key of a playbook's technology world, "" where it is not known.
	Ecosystem string
	// Months is their experience, NoticeDays their notice period; nil is not known, which zero is not.
	Months, NoticeDays *int
	// ExpectedCTC and CurrentCTC are rupees a year, 0 where they are not known. Nobody has to tell what
	// they are paid now; a company can leave it out altogether.
	ExpectedCTC, CurrentCTC Rupees
	// Resume is the id of a file, "" for none.
	Resume string
	// AddedBy is who added them, the id of a person.
	AddedBy              string
	CreatedAt, ChangedAt time.Time
	Version              int64
}

// CandidateNote is what somebody noted down of a candidate.
type CandidateNote struct {
	ID, Candidate string
	// Req is the requisition that it belongs to, "" for none in particular. Who may not know of the
	// requisition may not read it.
	Req string
	// By is the id of who wrote it.
	By   string
	At   time.Time
	Text string
	// Link is the address of the message that it was saved from, "" for none.
	Link string
}

// FirstName returns what a candidate is called in a letter, and in what leaves the company's hands
// without their surname.
func (c Candidate) FirstName() string {
	words := strings.Fields(c.Name)
	if len(words) == 0 {
		return ""
	}
	if len(words) > 1 && strings.HasSuffix(words[0], ".") { // a title, or an initial that stands in front
		return words[1]
	}
	return words[0]
}

// Tidied returns the candidate with the blanks of their texts in order, and with the e-mail address
// and the phone number in the form in which they are kept and compared.
func (c Candidate) Tidied() Candidate {
	c.Name = strings.Join(strings.Fields(c.Name), " ")
	c.Email = strings.TrimSpace(c.Email)
	if phone, err := ParsePhone(c.Phone); err == nil {
		c.Phone = phone
	}
	return c
}

// Check returns the first of the candidate's Problems, or nil.
func (c Candidate) Check() error {
	if problems := c.Problems(); len(problems) > 0 {
		return problems[0]
	}
	return nil
}

// Problems returns an Invalid error for each field that cannot be as it is, in the order in which the
// form asks. The fields are name, email, phone, experience, expected, current and notice.
func (c Candidate) Problems() []*Error {
	var problems []*Error
	add := func(err *Error) {
		if err != nil {
			problems = append(problems, err)
		}
	}
	if strings.TrimSpace(c.Name) == "" {
		add(InvalidField("name", "Say what the candidate is called, like Meera Iyer."))
	}
	add(tooLong("name", "The name", c.Name, MaxCandidateName))
	add(emailProblem(c.Email))
	if _, err := ParsePhone(c.Phone); err != nil {
		add(phoneProblem(c.Phone))
	}
	if c.Months != nil && (*c.Months < 0 || *c.Months > MaxExperienceMonths) {
		add(InvalidField("experience", "An experience is between 0 and 60 years. %s", experienceExample))
	}
	add(payProblem("expected", c.ExpectedCTC))
	add(payProblem("current", c.CurrentCTC))
	if c.NoticeDays != nil && (*c.NoticeDays < 0 || *c.NoticeDays > MaxNoticeDays) {
		add(InvalidField("notice", "A notice period is 0 to %d days, like 60.", MaxNoticeDays))
	}
	return problems
}

func payProblem(field string, amount Rupees) *Error {
	if amount < 0 || amount > MaxRupees {
		return InvalidField(field, "An amount a year is above zero and at most 100 crore. Write it like 32L.")
	}
	return nil
}

// emailForm is what every e-mail address looks like that people have; which of them exist, only a mail
// to it tells.
var emailForm = regexp.MustCompile(`^[^\s@<>(),;:"\[\]\\]+@[^\s@<>(),;:"\[\]\\.]+(\.[^\s@<>(),;:"\[\]\\.]+)+$`)

// CheckEmail returns an Invalid error for the field "email" where a text is no e-mail address; an empty one is
// no problem.
func CheckEmail(email string) error {
	problem := emailProblem(email)
	if problem == nil {
		return nil // and not an error that holds nil
	}
	return problem
}

func emailProblem(email string) *Error {
	email = strings.TrimSpace(email)
	if email == "" {
		return nil
	}
	if len(email) > MaxEmail || !emailForm.MatchString(email) {
		return InvalidField("email", "This is no e-mail address. Write it like meera@example.com.")
	}
	return nil
}

func phoneProblem(string) *Error {
	return InvalidField("phone", "This is no phone number. Write it like 98765 43210, or with the country like +49 30 901820.")
}

// The lengths of phone numbers, in digits. A number of India has ten after its country code.
const (
	indiaCode   = "91"
	indiaDigits = 10
	leastDigits = 7
	mostDigits  = 15 // of an international number, by E.164
)

// ParsePhone reads a phone number and returns it as "+919876543210". Without a country it is one of
// India. An empty text is no number. It returns an Invalid error for the field "phone".
func ParsePhone(text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	var digits []rune
	for _, r := range strings.ReplaceAll(text, "(0)", "") { // which is not dialled after a country
		switch {
		case r >= '0' && r <= '9':
			digits = append(digits, r)
		case unicode.IsSpace(r) || slices.Contains([]rune("+-‐–().\u200b"), r):
		default:
			return "", phoneProblem(text)
		}
	}
	number := string(digits)
	abroad := strings.HasPrefix(text, "+") || strings.HasPrefix(number, "00")
	number = strings.TrimLeft(number, "0")
	if own, ok := strings.CutPrefix(number, indiaCode); ok && abroad {
		if own = strings.TrimLeft(own, "0"); len(own) != indiaDigits {
			return "", phoneProblem(text)
		}
		return "+" + indiaCode + own, nil
	}
	switch {
	case abroad && len(number) >= leastDigits && len(number) <= mostDigits:
		return "+" + number, nil
	case abroad:
		return "", phoneProblem(text)
	case len(number) == indiaDigits:
		return "+" + indiaCode + number, nil
	case len(number) == indiaDigits+len(indiaCode) && strings.HasPrefix(number, indiaCode):
		return "+" + number, nil
	}
	return "", phoneProblem(text)
}

// Check returns an Invalid error for a note that cannot be as it is; its field is text or link.
func (n CandidateNote) Check() error {
	if strings.TrimSpace(n.Text) == "" {
		return InvalidField("text", "Write what is to be noted, like “asks for a start in March”.")
	}
	for _, err := range []*Error{tooLong("text", "The note", n.Text, MaxNote), tooLong("link", "The link", n.Link, MaxLink)} {
		if err != nil {
			return err
		}
	}
	return nil
}
